/**
 * PgBouncer refuses connections that start with parameters which it was not told of. All of ours are in `options`, the one that
 * docs/operations.md says how to ignore.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.js';
import { startTestPosthorn } from '../support/posthorn.js';

/** What poolers know by themselves, and `options`. */
const ACCEPTED = ['application_name', 'client_encoding', 'database', 'options', 'user'];

it('is asked for nothing at the start of a connection that it would have to be told of one by one', async () => {
  const database = await createTestDatabase();
  const names = new Set<string>();
  const programs = new Set<string>();
  const target = new URL(database.url);
  const proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    client.once('data', (packet) => {
      // Length and protocol version, then names and values, each ended by a zero.
      const words = packet.subarray(8).toString('latin1').split('\0');
      for (let at = 0; words[at]; at += 2) {
        names.add(words[at]!);
        if (words[at] === 'application_name') programs.add(words[at + 1]!);
      }
      server.write(packet);
      client.pipe(server);
    });
    server.pipe(client);
    client.on('error', () => server.destroy());
    server.on('error', () => client.destroy());
    client.on('close', () => server.destroy());
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String((proxy.address() as AddressInfo).port);

  const posthorn = await startTestPosthorn({ databaseUrl: url.href });
  await posthorn.client.createTenant();
  await fetch(`${posthorn.url}/readyz`);
  expect([...programs]).toEqual(
    expect.arrayContaining([
      'posthorn',
      'posthorn api',
      'posthorn migrate',
      'posthorn queue',
      'posthorn upkeep',
    ]),
  );
  expect([...names].filter((name) => !ACCEPTED.includes(name))).toEqual([]);
  await posthorn.close();
  proxy.close();
  await database.drop();
});
