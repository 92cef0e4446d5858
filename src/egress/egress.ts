/**
 * The only way out. Takes a finished request and answers what came of it: never throws for what the other side does,
 * never follows, decodes or resends anything, and is bounded in time, memory and connections whatever the other side
 * does. One `send` is one HTTP request at most.
 */
import { type AddressPolicy } from './address-policy.js';
import { Deadlines } from './deadlines.js';
import { Exchange } from './exchange.js';
import { EgressFailure, messageOf } from './failure.js';
import { hostOf, portOf } from './host.js';
import { IdleConnections } from './idle-connections.js';
import { NameResolver, type Lookup } from './name-resolver.js';
import { type SocketRules } from './open-socket.js';
import { Origin } from './origin.js';
import { ProxyTunnel } from './proxy-tunnel.js';
import { type PreparedRequest, type SendResult } from './send-result.js';
import { TlsContexts, tlsIdentityKey } from './tls-identity.js';
import { allowsPort, type AllowedPorts } from './url-policy.js';

export type { AttemptTimings, BodyCut, PreparedRequest, SendResult } from './send-result.js';

export interface EgressOptions {
  addressPolicy: AddressPolicy;
  allowHttp: boolean;
  /** As in UrlPolicy; asked again here, because the configuration may have changed since the endpoint was saved. */
  allowedPorts?: AllowedPorts;
  /** How long a connection may serve: the longest that a moved name keeps being sent to its old address. */
  connectionAgeMsMax: number;
  /** How long a connection may stand idle. An origin is forgotten with its last connection. */
  idleOriginMs: number;
  /** A backstop: fairness among endpoints is the dispatcher's, and many of them may share one origin. */
  connectionsPerOriginMax: number;
  /** Over all origins; the longest idle close first. */
  idleConnectionsMax?: number;
  /** What is kept of an answer's body. */
  responseBodyBytesMax: number;
  dnsTimeoutMs: number;
  /** For TCP, and once more for TLS. */
  connectTimeoutMs: number;
  proxyUrl?: string;
  /** PEM; trusted besides the public roots. */
  caCertificates?: string[];
  /** In place of the name servers. Its answers are judged like theirs. */
  lookup?: Lookup;
}

/** An idle TLS connection holds some 50 kB: 200 MB at most, and well below usual limits of open files. */
const IDLE_CONNECTIONS_MAX = 4_000;

/** At some 500 bytes each. */
const PARSED_URLS_MAX = 20_000;

export class Egress {
  private readonly origins = new Map<string, Origin>();
  private readonly urls = new Map<string, URL>();
  private readonly deadlines = new Deadlines<Exchange>();
  private readonly idle: IdleConnections;
  private readonly trust: TlsContexts;
  private readonly rules: SocketRules;
  private closed = false;

  constructor(private readonly options: EgressOptions) {
    const { addressPolicy, connectTimeoutMs, dnsTimeoutMs, lookup, proxyUrl } = options;
    this.idle = new IdleConnections(options.idleConnectionsMax ?? IDLE_CONNECTIONS_MAX);
    this.trust = new TlsContexts(options.caCertificates ?? []);
    this.rules = {
      addressPolicy,
      connectTimeoutMs,
      names: new NameResolver({ timeoutMs: dnsTimeoutMs, lookup }),
      proxy: proxyUrl ? new ProxyTunnel(proxyUrl, () => this.trust.contextFor(undefined)) : undefined,
    };
  }

  send(request: PreparedRequest): Promise<SendResult> {
    return new Promise((resolve) => {
      try {
        if (this.closed) throw new EgressFailure('internal', 'egress is closed');
        const url = this.parsed(request.url);
        const origin = this.originOf(url, request);
        const { method, headers, body } = request;
        const options = { path: `${url.pathname}${url.search}`, method, headers, body };
        origin.take(new Exchange(options, request, origin, resolve));
      } catch (error) {
        resolve(refusal(error));
      }
    });
  }

  /** Requests in flight, waiting ones included; origins and free connections that are kept. */
  stats(): { inFlight: number; origins: number; idleConnections: number } {
    return { inFlight: this.deadlines.size, origins: this.origins.size, idleConnections: this.idle.size };
  }

  /** Destroys every socket. What is in flight ends as `internal`: whoever wants an orderly end stops sending first. */
  async close(): Promise<void> {
    this.closed = true;
    for (const exchange of this.deadlines) exchange.fail(new EgressFailure('internal', 'egress was closed'));
    this.idle.retireAll();
  }

  /** Parsing a URL costs as much as signing a small body, and endpoints keep theirs. */
  private parsed(text: string): URL {
    const known = this.urls.get(text);
    if (known) return known;
    const url = parse(text);
    if (this.urls.size >= PARSED_URLS_MAX) this.urls.clear();
    this.urls.set(text, url);
    return url;
  }

  private originOf(url: URL, { tls }: PreparedRequest): Origin {
    const address = `${url.protocol}//${url.host}`;
    const key = tls ? `${address} ${tlsIdentityKey(tls)}` : address;
    const known = this.origins.get(key);
    if (known) return known;
    const origin = this.newOrigin(url, address, key, tls);
    this.origins.set(key, origin);
    return origin;
  }

  private newOrigin(url: URL, address: string, key: string, tls: PreparedRequest['tls']): Origin {
    const { allowHttp, allowedPorts, idleOriginMs, connectionsPerOriginMax } = this.options;
    const isHttps = url.protocol === 'https:';
    if (!isHttps && !(allowHttp && url.protocol === 'http:')) {
      throw new EgressFailure('url_invalid', `${url.protocol}// is not allowed`);
    }
    const port = portOf(url);
    if (!allowsPort(allowedPorts, port))
      throw new EgressFailure('url_invalid', `port ${port} is not allowed`);
    return new Origin({
      origin: address,
      target: { host: hostOf(url), port, secureContext: isHttps ? this.trust.contextFor(tls) : undefined },
      rules: this.rules,
      idleMs: idleOriginMs,
      connectionsMax: connectionsPerOriginMax,
      connectionAgeMsMax: this.options.connectionAgeMsMax,
      responseBodyBytesMax: this.options.responseBodyBytesMax,
      deadlines: this.deadlines,
      idle: this.idle,
      onEmpty: () => this.origins.delete(key),
    });
  }
}

function parse(text: string): URL {
  if (!URL.canParse(text)) throw new EgressFailure('url_invalid', 'not an absolute URL');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new EgressFailure('url_invalid', 'no user name or password in the URL');
  }
  return url;
}

/** Nothing was begun. */
function refusal(error: unknown): SendResult {
  const { code, message } =
    error instanceof EgressFailure ? error : new EgressFailure('internal', messageOf(error));
  return { kind: 'error', code, message, timings: { totalMs: 0 }, remoteAddress: null };
}
