/**
 * A backend that is terminated in the moment in which it was connected: both messages arrive in one packet, before anybody
 * who asked for the connection has had a turn. The process must not die of it (it did: the fault suite, case 4d).
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database, isDatabaseUnavailable } from '../../src/store/database.js';

describe('a connection that is terminated as soon as it is made', () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(Buffer.concat([authenticationOk, readyForQuery, terminated])));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `postgres://posthorn@127.0.0.1:${(server.address() as AddressInfo).port}/posthorn`;
  });
  afterAll(() => {
    server.close();
  });

  // An 'error' that nobody listens to is an uncaught exception, which fails the run.
  it('is an unavailable database to whoever wanted it', async () => {
    const database = new Database({ url, poolSize: 2, applicationName: 'test' });
    for (let time = 0; time < 5; time++) {
      await expect(database.query('SELECT 1')).rejects.toSatisfy(isDatabaseUnavailable);
      await expect(database.transaction((sql) => sql.query('SELECT 1'))).rejects.toSatisfy(
        isDatabaseUnavailable,
      );
    }
    await database.close();
  });

  it('is no end of the process to libraries that listen only after they have connected', async () => {
    const client = new pg.Client(url);
    await client.connect().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const dataSource = new DataSource({ type: 'postgres', url });
    await expect(dataSource.initialize()).rejects.toThrow();
  });
});

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const authenticationOk = message('R', Buffer.alloc(4));
const readyForQuery = message('Z', Buffer.from('I'));
const terminated = message(
  'E',
  Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
);
