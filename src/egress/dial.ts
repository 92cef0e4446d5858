/**
 * The two raw steps of a connection, each either done or failed with a code of its own, bounded in time and
 * interruptible. Nothing is judged here: callers pass addresses that were.
 *
 * TLS sessions are not resumed: a resumed session skips the check of the certificate's name. It costs a fraction of a
 * millisecond per connection, and connections are reused.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { connectFailure, EgressFailure, tlsFailure } from './failure.js';

export function dialTcp(host: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host, port, noDelay: true });
  const tooLate = () => new EgressFailure('connect_timeout', `${host} did not accept within ${timeoutMs} ms`);
  return ready(socket, 'connect', timeoutMs, tooLate, (error) => connectFailure(error, host), signal);
}

/** Puts TLS (1.2 or later, verified) on a connected socket. */
export function secure(
  plain: Socket,
  host: string,
  secureContext: SecureContext,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connectTls({
    socket: plain,
    secureContext,
    // The name that the certificate must be for; an address is matched against its IP entries.
    host,
    servername: isIP(host) === 0 ? host : '',
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
  });
  const tooLate = () => new EgressFailure('tls_handshake_timeout', `no TLS session within ${timeoutMs} ms`);
  return ready(socket, 'secureConnect', timeoutMs, tooLate, tlsFailure, signal);
}

/** Waits for the socket's event, its error, the time limit or the caller's change of mind; destroys it unless ready. */
function ready<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  timeoutMs: number,
  tooLate: () => EgressFailure,
  translate: (error: unknown) => EgressFailure,
  signal: AbortSignal,
): Promise<S> {
  return new Promise((resolve, reject) => {
    let done = false;
    const finish = (): void => {
      done = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    const fail = (failure: EgressFailure): void => {
      finish();
      socket.destroy();
      reject(failure);
    };
    const abort = (): void => fail(new EgressFailure('internal', 'the attempt was given up'));
    const timer = setTimeout(() => fail(tooLate()), timeoutMs);
    // Stays on for good: between this promise and the HTTP client's own listener nobody else would hear an error,
    // and an unheard error ends the process.
    socket.on('error', (error) => {
      if (!done) fail(translate(error));
    });
    socket.once(event, () => {
      finish();
      resolve(socket);
    });
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}
