/**
 * A way out through the operator's proxy (`EGRESS_PROXY_URL`), for those who need fixed source addresses. Every
 * connection, http or https, is a tunnel (CONNECT), so that the proxy sees neither payloads nor signatures of https.
 *
 * The proxy is told the *address* that was judged, not the name: it would resolve the name again, by its own lights and
 * at another moment, and the judgement would be worth nothing. The price: names must resolve here, and a proxy that
 * allows by host name sees addresses only.
 *
 * The proxy itself is the operator's choice and may well be private; it is not judged.
 */
import { isIPv6, type Socket } from 'node:net';
import { type SecureContext } from 'node:tls';
import { Client } from 'undici';
import { dialTcp, secure } from './dial.js';
import { EgressFailure, messageOf } from './failure.js';
import { hostOf } from './host.js';

export class ProxyTunnel {
  private readonly url: URL;
  private readonly authorization: string | undefined;

  constructor(
    proxyUrl: string,
    private readonly trust: () => SecureContext,
  ) {
    this.url = new URL(proxyUrl);
    const { username, password } = this.url;
    if (username !== '' || password !== '') {
      const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
      this.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    }
  }

  /** A socket that leads to the address. Failures are the proxy's, unless it says that it could not get through. */
  async open(address: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const socket = await this.reach(timeoutMs, deadline);
      return await this.ask(
        socket,
        isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`,
        deadline,
      );
    } catch (error) {
      if (error instanceof EgressFailure && error.code === 'host_unreachable') throw error;
      const message = deadline.aborted ? `no tunnel within ${timeoutMs} ms` : messageOf(error);
      throw new EgressFailure('proxy_failed', `the egress proxy failed: ${message}`, { cause: error });
    }
  }

  private async reach(timeoutMs: number, signal: AbortSignal): Promise<Socket> {
    const host = hostOf(this.url);
    const isSecure = this.url.protocol === 'https:';
    const port = Number(this.url.port) || (isSecure ? 443 : 80);
    try {
      const socket = await dialTcp(host, port, timeoutMs, signal);
      return isSecure ? await secure(socket, host, this.trust(), timeoutMs, signal) : socket;
    } catch (error) {
      throw new EgressFailure('proxy_failed', messageOf(error), { cause: error });
    }
  }

  private async ask(socket: Socket, authority: string, signal: AbortSignal): Promise<Socket> {
    // undici speaks the few lines of HTTP; it lets go of the socket once the proxy has answered.
    const client = new Client(this.url.origin, {
      // Not at once: undici does not go on when it is called back from within its own call.
      connect: (_options, callback) => queueMicrotask(() => callback(null, socket)),
      headersTimeout: 0,
    });
    try {
      const headers = this.authorization ? { 'proxy-authorization': this.authorization } : {};
      const answer = await client.connect({ path: authority, headers, signal });
      if (answer.statusCode === 200) return socket;
      throw refusal(answer.statusCode, authority);
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      void client.destroy();
    }
  }
}

/** RFC 9110: 502 and 504 speak of the server behind the proxy; anything else, 503 and 407 included, of the proxy. */
function refusal(statusCode: number, authority: string): EgressFailure {
  return statusCode === 502 || statusCode === 504
    ? new EgressFailure('host_unreachable', `the egress proxy could not reach ${authority} (${statusCode})`)
    : new EgressFailure('proxy_failed', `it answered ${statusCode}`);
}
