/** One keep-alive connection that emits one event at a time. One that closes is opened again, and says so. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { MessageReader } from './message-reader.js';
import { monotonicMs } from './monotonic.js';
import { ID_PREFIX } from './public-id.js';

export interface Answered {
  status: number;
  bytes: Buffer;
  bodyStart: number;
  end: number;
  /** Where the digits of the event's id begin. */
  idAt: number;
}

export interface EmitListener {
  answered(connection: EmitConnection, answered: Answered): void;
  /** It closed; until it is open again it can send nothing. */
  closed(connection: EmitConnection): void;
  /** @param withRequest it had closed with a request that will never be answered */
  reopened(connection: EmitConnection, withRequest: boolean): void;
}

const STATUS_AT = 'HTTP/1.1 '.length;

export class EmitConnection {
  busy = false;
  target = 0;
  dueMs = 0;
  sentMs = 0;
  private socket: Socket | undefined;
  private closed = false;

  constructor(
    private readonly host: string,
    private readonly port: number,
    private readonly listener: EmitListener,
  ) {}

  async open(): Promise<void> {
    const socket = connect({ host: this.host, port: this.port, noDelay: true });
    const reader = new MessageReader((bytes, start, bodyStart, end) =>
      this.read(bytes, start, bodyStart, end),
    );
    socket.on('data', (chunk) => reader.push(chunk));
    await once(socket, 'connect');
    socket.on('error', () => undefined); // 'close' follows
    socket.on('close', () => this.reopen());
    this.socket = socket;
  }

  send(request: Buffer, target: number, dueMs: number): void {
    this.busy = true;
    this.target = target;
    this.dueMs = dueMs;
    this.sentMs = monotonicMs();
    this.socket!.write(request);
  }

  close(): void {
    this.closed = true;
    this.socket?.destroy();
  }

  private read(bytes: Buffer, start: number, bodyStart: number, end: number): void {
    this.busy = false;
    const status = Number(bytes.toString('latin1', start + STATUS_AT, start + STATUS_AT + 3));
    const idAt = bytes.indexOf(ID_PREFIX, bodyStart) + ID_PREFIX.length;
    this.listener.answered(this, { status, bytes, bodyStart, end, idAt });
  }

  private reopen(): void {
    if (this.closed) return;
    const wasBusy = this.busy;
    this.listener.closed(this);
    void this.open().then(
      () => {
        this.busy = false;
        this.listener.reopened(this, wasBusy);
      },
      () => undefined, // the server is gone; the events that are due then go to the others, or nowhere
    );
  }
}
