/** Case 4: Postgres restarts, crashes, drops its clients, is full of them, or is away. Nobody exits, nobody lies. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type PosthornProcess } from '../support/process.js';
import { waitFor } from '../support/wait-for.js';
import { type EmitStream } from './rig/emit-stream.js';
import { type FaultPostgres } from './rig/fault-postgres.js';
import { type Installation, isAlive, startInstallation } from './rig/installation.js';
import { faultOptions } from './rig/options.js';
import { expectNothingLost, record } from './rig/results.js';
import { openScene } from './rig/scene.js';

const queue = inject('queue');
const AWAY_MS = faultOptions.full ? 30_000 : 8_000;

interface PostgresFault {
  name: string;
  fault: string;
  inject: (postgres: FaultPostgres, meanwhile: () => Promise<void>) => Promise<void>;
  /** Long enough that no emit can wait it out. */
  refuses: boolean;
}

const faults: PostgresFault[] = [
  {
    name: '4a',
    fault: 'Postgres: restarted under load',
    refuses: false,
    inject: async (postgres) => {
      await postgres.stop('fast');
      await postgres.start();
    },
  },
  {
    name: '4b',
    fault: 'Postgres: crashed and recovered under load',
    refuses: false,
    inject: async (postgres) => {
      await postgres.stop('immediate');
      await postgres.start();
    },
  },
  {
    name: '4c',
    fault: 'Postgres: every backend terminated',
    refuses: false,
    inject: async (postgres) => {
      await postgres.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
      );
    },
  },
  {
    name: '4d',
    fault: 'Postgres: every connection taken by somebody else for 5 s',
    refuses: false,
    inject: async (postgres) => {
      await takeEveryConnection(postgres, 5_000);
    },
  },
  {
    name: '4e',
    fault: `Postgres: stopped for ${AWAY_MS / 1000} s`,
    refuses: true,
    inject: async (postgres, meanwhile) => {
      await postgres.stop('fast');
      const until = Date.now() + AWAY_MS;
      await meanwhile();
      await sleep(until - Date.now());
      await postgres.start();
    },
  },
];

describe('Postgres', () => {
  let installation: Installation;
  let api: PosthornProcess;
  let dispatchers: PosthornProcess[];

  beforeAll(async () => {
    installation = await startInstallation(queue);
    api = await installation.start('api');
    dispatchers = [await installation.start('dispatcher'), await installation.start('dispatcher')];
  });
  afterAll(() => installation.close());

  it.each(faults)('$fault', async ({ name, fault, inject: injectFault, refuses }) => {
    const scene = await openScene(installation, { api });
    const stream = scene.stream({ apiUrl: () => api.url, perSecond: 100 });
    await stream.accepts(200);
    await injectFault(installation.postgres, () => expectReasonsInHealth(api));
    const overAtMs = Date.now();
    await stream.accepts(200);
    const emitsAgainAfterMs = firstAcceptedSince(stream, overAtMs) - overAtMs;
    await stream.stop();
    await scene.settle();

    const verdict = await scene.verdict();
    expectNothingLost(verdict);
    expectHonestRefusals(stream);
    if (refuses) expect(verdict.emits.refused).toBeGreaterThan(0);
    for (const { pid } of [api, ...dispatchers]) expect(isAlive(pid)).toBe(true);
    await waitFor(async () => (await fetch(`${api.url}/readyz`)).ok, { what: 'the API to be ready again' });
    const recoveredAfterMs = scene.recoveredAfterMs(overAtMs);
    record(
      { case: name, fault, queue, recoveredAfterMs, remark: `202s again after ${emitsAgainAfterMs} ms` },
      verdict,
    );
    await scene.close();
  });
});

/** Every refusal says when to come back, and says that it was the database. */
function expectHonestRefusals(stream: EmitStream): void {
  for (const { status, code, retryAfter } of stream.refusals()) {
    expect({ status, code }).toEqual({ status: 503, code: 'unavailable' });
    expect(Number(retryAfter)).toBeGreaterThan(0);
  }
}

async function expectReasonsInHealth(api: PosthornProcess): Promise<void> {
  const unready = await waitFor(
    async () => {
      const response = await fetch(`${api.url}/readyz`);
      return response.status === 503 && (await response.text());
    },
    { what: 'the API to say that it is not ready' },
  );
  expect(unready).toMatch(/database/i);
  expect((await fetch(`${api.url}/healthz`)).status).toBe(200); // nobody is to restart it for that
}

function firstAcceptedSince(stream: EmitStream, sinceMs: number): number {
  const times = [...stream.answers.values()].filter(
    ({ kind, atMs }) => kind === 'accepted' && atMs >= sinceMs,
  );
  return Math.min(...times.map((answer) => answer.atMs));
}

/** Whatever connection comes free is taken at once: ours are terminated, and find the door closed. */
async function takeEveryConnection(postgres: FaultPostgres, ms: number): Promise<void> {
  const taken = new Set<pg.Client>();
  const until = Date.now() + ms;
  const first = await connectOrNothing(postgres);
  while (Date.now() < until) {
    const client = await connectOrNothing(postgres);
    if (client !== undefined) taken.add(client);
    else {
      const mine = await first!.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE application_name = 'the greedy neighbour'`,
      );
      await first!.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE backend_type = 'client backend' AND NOT pid = ANY ($1)`,
        [mine.rows.map((row) => row.pid)],
      );
    }
  }
  await Promise.all([first!, ...taken].map((client) => client.end()));
}

async function connectOrNothing(postgres: FaultPostgres): Promise<pg.Client | undefined> {
  const client = new pg.Client({
    connectionString: postgres.url,
    application_name: 'the greedy neighbour',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch {
    return undefined;
  }
}
