/** A client that asks for megabytes and reads none of them: it may not keep us holding them for ever. */
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, it } from 'vitest';
import { createHttpAdapter } from '../../src/api/http.js';
import { waitFor } from '../support/wait-for.js';

/** More than the kernel takes off our hands. */
const ANSWER_BYTES = 64 * 1_048_576;

const adapter = createHttpAdapter(
  {
    bodyBytesMax: 1_024,
    requestTimeoutMs: 200,
    connectionsMax: 10,
    role: 'api',
    trustedProxies: undefined,
  },
  300,
);
const instance = adapter.getInstance();
afterEach(() => instance.close());

it('ends a connection on which nothing moves any more', async () => {
  instance.get('/large', (_, reply) => reply.send(Buffer.alloc(ANSWER_BYTES)));
  await instance.listen({ port: 0, host: '127.0.0.1' });
  const { server } = instance;
  const connections = () => new Promise<number>((resolve) => server.getConnections((_, n) => resolve(n)));

  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('GET /large HTTP/1.1\r\nhost: x\r\n\r\n');
  await waitFor(async () => (await connections()) === 1, { what: 'the connection to be open' });
  await waitFor(async () => (await connections()) === 0, { what: 'the connection to be ended' });
  socket.destroy();
});
