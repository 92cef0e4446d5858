/**
 * A database connection that breaks ends a query, never the process.
 *
 * The driver tells of a broken connection twice: by rejecting what runs on it, and by an 'error' event, which ends the
 * process when nobody listens. And nobody does for a moment: a connection that Postgres accepts and terminates in the
 * same packet (a restart, `pg_terminate_backend`, a pooler that is full) breaks before whoever awaits it had its turn
 * to add a listener. That is so in our own transactions, in TypeORM and in BullMQ alike, so it is mended where they
 * meet: every client has a listener from the moment it begins to connect. The pool's own, by which it replaces a broken
 * idle connection, stands beside it.
 *
 * The price is a patch of the driver's prototype, for which there is no hook; test/integration/broken-connections.test.ts
 * fails when a new version goes around it.
 */
import pg from 'pg';

type Connect = (this: pg.Client, ...callback: unknown[]) => unknown;

const prototype = pg.Client.prototype as unknown as { connect: Connect };
const connect = prototype.connect;

prototype.connect = function (...callback) {
  this.on('error', () => undefined);
  return connect.apply(this, callback);
};
