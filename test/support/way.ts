/** The network between a program and a Posthorn, which may break for some requests: the connection ends, without an answer. */
import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export async function startWayTo(url: string) {
  let isBroken: (request: IncomingMessage) => boolean = () => false;
  const way = createServer((incoming, response) => {
    if (isBroken(incoming)) return void incoming.destroy();
    const { method, headers } = incoming;
    const onward = request(url + incoming.url!, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await once(way.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(way.address() as AddressInfo).port}`,
    breakFor: (which: typeof isBroken) => (isBroken = which),
    mend: () => (isBroken = () => false),
    close: async () => {
      way.closeAllConnections();
      way.close();
      await once(way, 'close');
    },
  };
}
