/**
 * A receiver that answers bytes, for what a well-behaved HTTP server cannot be made to do: half an answer, a drip, 1xx
 * without end. It hears every request out (head and body) and hands over the bare socket.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

export interface RawRequest {
  /** The request line and the headers, as they came. */
  head: string;
  body: Buffer;
}

export type Answer = (socket: Socket, request: RawRequest) => void;

export interface RawReceiver {
  url: string;
  port: number;
  requests: RawRequest[];
  /** Connections accepted so far, and those that are open now. */
  accepted: number;
  open: Set<Socket>;
  close(): Promise<void>;
}

/** Content-Length framed, so that the connection stays usable. */
export function reply(status: string, body: string | Buffer = '', headers = ''): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status}\r\ncontent-length: ${bytes.length}\r\n${headers}\r\n`),
    bytes,
  ]);
}

export async function startRawReceiver(answer: Answer, tls?: TlsOptions): Promise<RawReceiver> {
  const server: Server = tls ? createTlsServer(tls) : createServer();
  const open = new Set<Socket>();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const receiver: RawReceiver = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    requests: [],
    accepted: 0,
    open,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    receiver.accepted += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    readRequests(socket, (request) => {
      receiver.requests.push(request);
      answer(socket, request);
    });
  });
  return receiver;
}

function readRequests(socket: Socket, onRequest: (request: RawRequest) => void): void {
  let buffered = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (;;) {
      const headEnd = buffered.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const head = buffered.toString('latin1', 0, headEnd);
      const bodyStart = headEnd + 4;
      const bodyEnd = bodyStart + Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
      if (buffered.length < bodyEnd) return;
      const body = buffered.subarray(bodyStart, bodyEnd);
      buffered = buffered.subarray(bodyEnd);
      onRequest({ head, body });
    }
  });
}
