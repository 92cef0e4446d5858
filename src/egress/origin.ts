/**
 * The connections to one origin with one TLS identity. Free ones are taken last-in-first-out, so that after a peak the
 * rest fall idle and close. When all that are allowed are in use, exchanges wait in line, and their deadlines run.
 *
 * A connection is retired by age, however busy it is: it was judged by the address its name had when it was opened,
 * and a name that has since moved (perhaps to a private address) must not be served by the old one for ever.
 */
import { Connection, type ConnectionOptions, type ConnectionOwner } from './connection.js';
import { type Deadlines } from './deadlines.js';
import { type Exchange, type ExchangeOwner } from './exchange.js';
import { type IdleConnections } from './idle-connections.js';

export interface OriginOptions extends ConnectionOptions {
  connectionsMax: number;
  connectionAgeMsMax: number;
  responseBodyBytesMax: number;
  deadlines: Deadlines<Exchange>;
  idle: IdleConnections;
  /** Nothing is open and nobody waits: the origin may be forgotten. */
  onEmpty: () => void;
}

export class Origin implements ExchangeOwner, ConnectionOwner {
  readonly responseBodyBytesMax: number;
  private readonly connections = new Set<Connection>();
  private readonly free: Connection[] = [];
  /** In order of arrival. */
  private readonly line = new Set<Exchange>();

  constructor(private readonly options: OriginOptions) {
    this.responseBodyBytesMax = options.responseBodyBytesMax;
  }

  take(exchange: Exchange): void {
    this.options.deadlines.add(exchange);
    const connection = this.freeConnection() ?? this.newConnection();
    if (connection) connection.serve(exchange);
    else this.line.add(exchange);
  }

  settled(exchange: Exchange, connectionReusable: boolean): void {
    this.options.deadlines.delete(exchange);
    const { connection } = exchange;
    if (!connection) this.line.delete(exchange);
    else if (connectionReusable && !this.isTooOld(connection)) this.release(connection);
    else this.discard(connection);
  }

  discard(connection: Connection): void {
    if (!this.connections.delete(connection)) return;
    this.options.idle.delete(connection);
    // What closes is usually among the longest idle, and those stand first.
    const index = this.free.indexOf(connection);
    if (index >= 0) this.free.splice(index, 1);
    void connection.destroy();

    const next = this.nextInLine();
    if (next) this.take(next);
    else if (this.connections.size === 0) this.options.onEmpty();
  }

  private release(connection: Connection): void {
    const next = this.nextInLine();
    if (next) return connection.serve(next);
    connection.exchange = null;
    this.free.push(connection);
    this.options.idle.add(connection);
  }

  private freeConnection(): Connection | undefined {
    for (let connection = this.free.pop(); connection; connection = this.free.pop()) {
      this.options.idle.delete(connection);
      if (!this.isTooOld(connection)) return connection;
      this.discard(connection);
    }
    return undefined;
  }

  private newConnection(): Connection | undefined {
    if (this.connections.size >= this.options.connectionsMax) return undefined;
    const connection = new Connection(this.options, this);
    this.connections.add(connection);
    return connection;
  }

  private isTooOld(connection: Connection): boolean {
    return performance.now() - connection.openedAt > this.options.connectionAgeMsMax;
  }

  private nextInLine(): Exchange | undefined {
    for (const next of this.line) {
      this.line.delete(next);
      return next;
    }
    return undefined;
  }
}
