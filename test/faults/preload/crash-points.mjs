/**
 * Kills the process that loads it when it comes to CRASH_POINT for the CRASH_TIME-th time: `kill -9`, at the one
 * moment that a case is about, instead of at a random one. Patches what was built; the sources know nothing of it.
 */
import process from 'node:process';
import { setImmediate } from 'node:timers';

const { Egress } = await import('../../../dist/src/egress/egress.js');
const { Recorder } = await import('../../../dist/src/dispatcher/recorder.js');
const { ReferenceQueue } = await import('../../../dist/src/queue/reference-queue.js');
const { Database } = await import('../../../dist/src/store/database.js');

let times = Number(process.env.CRASH_TIME ?? 1);

function comesBy() {
  if (--times === 0) process.kill(process.pid, 'SIGKILL');
}

const points = {
  // Before the first byte of the request.
  send: () => before(Egress.prototype, 'send'),
  // The receiver has answered, and the attempt is about to be recorded.
  record: () => before(Recorder.prototype, 'record'),
  // The events and their deliveries are committed, and their references about to be enqueued.
  enqueue: () => before(ReferenceQueue.prototype, 'enqueue'),
  // The statement has been given to Postgres, which may commit it or notice first that nobody is there.
  group_commit: () => {
    const query = Database.prototype.query;
    Database.prototype.query = function (statement, values) {
      const result = query.call(this, statement, values);
      if (statement.name === 'emit_group') setImmediate(comesBy);
      return result;
    };
  },
};

function before(prototype, method) {
  const original = prototype[method];
  prototype[method] = function (...values) {
    comesBy();
    return original.apply(this, values);
  };
}

points[process.env.CRASH_POINT]();
