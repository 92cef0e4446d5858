/**
 * What one case plays on: a tenant of its own with its endpoints, a receiver, and streams of emits; at the end, the verdict.
 * Several cases can share an installation, since each judges its own tenant alone.
 */
import { type PosthornProcess } from '../../support/process.js';
import { waitFor } from '../../support/wait-for.js';
import { type Answer, EmitStream, type EmitStreamOptions } from './emit-stream.js';
import { type Installation } from './installation.js';
import { fromPublicId } from '../../../src/model/id.js';
import { readLedger } from './ledger.js';
import { isSuccess, judge, type Verdict } from './oracle.js';
import { type RecordingReceiver, startRecordingReceiver } from './recording-receiver.js';

export interface Scene {
  /** The tenant, by the name that emitters use. */
  tenant: string;
  tenantId: string;
  endpoints: { id: string; path: string }[];
  receiver: RecordingReceiver;
  stream(options: Omit<EmitStreamOptions, 'tenant'>): EmitStream;
  /** Waits until nothing is owed any more. */
  settle(timeoutMs?: number): Promise<void>;
  verdict(): Promise<Verdict>;
  /** From `sinceMs` until everything accepted before it had arrived; 0 if it had by then. */
  recoveredAfterMs(sinceMs: number): number;
  close(): Promise<void>;
}

export interface SceneOptions {
  api: PosthornProcess;
  endpoints?: { path: string; settings?: object }[];
}

let scenes = 0;

export async function openScene(
  { postgres }: Installation,
  { api, endpoints = [{ path: '/one' }, { path: '/two' }] }: SceneOptions,
): Promise<Scene> {
  const receiver = await startRecordingReceiver();
  const tenant = `scene-${++scenes}`;
  const { id } = await api.client.createTenant({ externalId: tenant, name: tenant });
  const tenantId = fromPublicId('ten', id)!;
  const made = [];
  for (const { path, settings } of endpoints) {
    const endpoint = await api.client.createEndpoint(tenant, { url: receiver.url(path), ...settings });
    made.push({ id: fromPublicId('ep', endpoint.id)!, path });
  }
  const streams: EmitStream[] = [];
  const answers = () => new Map(streams.flatMap((stream) => [...stream.answers]));

  return {
    tenant,
    tenantId,
    endpoints: made,
    receiver,
    stream: (options) => {
      const stream = new EmitStream({ ...options, tenant }, streams.length * 1_000_000);
      streams.push(stream);
      return stream;
    },
    settle: async (timeoutMs = 120_000) => {
      await waitFor(
        async () => {
          const [row] = await postgres.query<{ owed: number }>(
            `SELECT count(*)::int AS owed FROM deliveries d WHERE d.tenant_id = $1 AND d.status = 'pending'`,
            [tenantId],
          );
          await new Promise((resolve) => setTimeout(resolve, 100)); // each look is a connection
          return row!.owed === 0;
        },
        { timeoutMs, what: `everything that ${tenant} is owed` },
      );
    },
    verdict: async () => judge(answers(), receiver.receipts, await readLedger(postgres, tenantId)),
    recoveredAfterMs: (sinceMs) => recoveredAfterMs(answers(), receiver, sinceMs),
    close: () => receiver.close(),
  };
}

function recoveredAfterMs(
  answers: ReadonlyMap<number, Answer>,
  receiver: RecordingReceiver,
  sinceMs: number,
): number {
  const before = new Set<string>();
  for (const answer of answers.values()) {
    if (answer.kind === 'accepted' && answer.atMs <= sinceMs) before.add(answer.eventId);
  }
  const firsts = new Map<string, number>();
  for (const receipt of receiver.receipts) {
    const key = `${receipt.path} ${receipt.webhookId}`;
    if (before.has(receipt.webhookId) && isSuccess(receipt) && !firsts.has(key))
      firsts.set(key, receipt.atMs);
  }
  return Math.max(0, Math.max(0, ...firsts.values()) - sinceMs);
}
