/**
 * One connection to one origin: an undici Client (pipelining 1, so that it serves one exchange at a time) and the
 * socket that we open for it. A Client reopens its socket by itself when the other side closed it between two requests
 * and nothing of the next one was written yet; that goes through `open` and is judged like the first time.
 */
import { Client, type Dispatcher } from 'undici';
import { EgressFailure } from './failure.js';
import { openSocket, type OpeningProgress, type SocketRules, type SocketTarget } from './open-socket.js';

const RESPONSE_HEADERS_BYTES_MAX = 16_384;

/** Subtracted from a server's `Keep-Alive: timeout=…`, so that it does not close while our request is on its way. */
const KEEP_ALIVE_MARGIN_MS = 1_000;

/** Nobody reads it: whoever lets go has settled already. One for all, because a stack trace costs more than a socket. */
const LET_GO = new EgressFailure('internal', 'the connection was let go');

export interface ConnectionOptions {
  origin: string;
  target: SocketTarget;
  rules: SocketRules;
  idleMs: number;
}

/** What a connection knows of an exchange. */
export interface Served extends Dispatcher.DispatchHandler {
  readonly options: Dispatcher.DispatchOptions;
  connection: Connection | null;
  /** The connection was open before; its opening is not part of the exchange's time. */
  reused: boolean;
}

export interface ConnectionOwner {
  /** Lets go of the connection for good. */
  discard(connection: Connection): void;
}

export class Connection {
  exchange: Served | null = null;
  progress: OpeningProgress = { stage: 'resolving the name', remoteAddress: null };
  /** When the socket was ready, on the clock of performance.now(); 0 while there is none. */
  openedAt = 0;

  private readonly client: Client;
  private opening: AbortController | undefined;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly owner: ConnectionOwner,
  ) {
    this.client = new Client(options.origin, {
      connect: (_options, callback) => {
        this.open().then(
          (socket) => callback(null, socket),
          (failure: Error) => callback(failure, null),
        );
      },
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: RESPONSE_HEADERS_BYTES_MAX,
      // Both measure silence only, which a slow drip outlasts; the attempt's deadline is what bounds it.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: options.idleMs,
      keepAliveMaxTimeout: options.idleMs,
      keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
    });
    // The other side, or time, closed it while it served nobody.
    this.client.on('disconnect', () => {
      if (this.exchange === null) this.retire();
    });
  }

  serve(exchange: Served): void {
    this.exchange = exchange;
    exchange.connection = this;
    exchange.reused = this.openedAt > 0;
    this.client.dispatch(exchange.options, exchange);
  }

  retire(): void {
    this.owner.discard(this);
  }

  /** Closes the socket, or stops opening it, at once. */
  destroy(): Promise<void> {
    this.opening?.abort();
    return this.client.destroy(LET_GO);
  }

  private async open(): ReturnType<typeof openSocket> {
    this.openedAt = 0;
    if (this.exchange) this.exchange.reused = false;
    this.progress = { stage: 'resolving the name', remoteAddress: null };
    this.opening = new AbortController();
    const { target, rules } = this.options;
    try {
      const socket = await openSocket(target, rules, this.progress, this.opening.signal);
      this.openedAt = performance.now();
      return socket;
    } finally {
      this.opening = undefined;
    }
  }
}
