/**
 * Emits one event to many tenants in the background, a batch of them in a turn (src/batches.ts); every process runs one
 * of these.
 *
 * Each tenant's event is stored by the ordinary intake, in a commit of its own, under the broadcast's id as its external id.
 * That is what makes the batch safe to repeat: a crash anywhere in it leaves `position` where it was and the row free,
 * whoever goes on emits to the same tenants again, and those that had the event get the answer of a repetition.
 *
 * A turn holds one connection while it waits for its emits, which have others. Between turns it rests for as long as it
 * worked: a broadcast to everybody is nobody's emergency, and the emits of the day go first.
 */
import type { Logger } from 'pino';
import { Batches } from '../batches.js';
import { PosthornError } from '../errors.js';
import type { Subscription } from '../model/endpoint.js';
import type { EmitRequest } from '../model/event.js';
import { toPublicId } from '../model/id.js';
import { nextTenants, readWishes } from '../store/broadcast-audience.js';
import {
  advanceBroadcast,
  endBroadcast,
  lockNextBroadcast,
  type Broadcast,
  type BroadcastTurn,
} from '../store/broadcasts.js';
import { isDatabaseUnavailable, type Database, type Queryable } from '../store/database.js';

export interface BroadcastRunnerOptions {
  database: Database;
  emit: (request: EmitRequest) => Promise<unknown>;
  matches: (subscription: Subscription, event: { type: string; data: string; tags?: string[] }) => boolean;
  log: Logger;
}

/** Emitted at the same time; few enough that a group commit has room for others. */
const BATCH_MAX = 50;
/** A tenant at its limit is tried so often, a second apart; a connection is held meanwhile. */
const LIMITED_TRIES_MAX = 5;
const LIMITED_PAUSE_MS = 1_000;

/** What became of one tenant's event. */
type Told = { kind: 'emitted' } | { kind: 'skipped' } | { kind: 'refused'; code: string };

export class BroadcastRunner {
  private readonly batches: Batches<BroadcastTurn, void>;

  constructor(private readonly options: BroadcastRunnerOptions) {
    const { database, log } = options;
    this.batches = new Batches({
      ...{ database, log, name: 'broadcast', mayPass },
      fields: (id) => ({ broadcastId: toPublicId('bct', id) }),
      lockNext: lockNextBroadcast,
      work: (transaction, turn) => this.work(transaction, turn),
      end: (id, error) => endBroadcast(database, id, { status: 'failed', error }),
    });
  }

  start(): void {
    this.batches.start();
  }

  /** There is a new broadcast. */
  nudge(): void {
    this.batches.nudge();
  }

  /** Resolves after the present batch. */
  async stop(): Promise<void> {
    await this.batches.stop();
  }

  private async work(transaction: Queryable, { broadcast, position }: BroadcastTurn): Promise<void> {
    const startedAt = performance.now();
    const tenants = await nextTenants(transaction, broadcast, position, BATCH_MAX);
    const audience = await this.audience(transaction, broadcast, tenants);
    // All of them are waited for, come what may: none may still be under way when the row is let go.
    const settled = await Promise.allSettled(audience.map((tenantId) => this.tell(broadcast, tenantId)));
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const told = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const refusals = told.flatMap((each) => (each.kind === 'refused' ? [each.code] : []));
    const emitted = told.filter(({ kind }) => kind === 'emitted').length;
    const done = tenants.length < BATCH_MAX;
    await advanceBroadcast(transaction, broadcast.id, {
      position: tenants.at(-1) ?? null,
      emitted,
      skipped: tenants.length - emitted - refusals.length,
      refused: refusals.length,
      lastRefusal: refusals.at(-1) ?? null,
      pauseMs: performance.now() - startedAt,
      done,
    });
    if (done) this.options.log.info({ broadcastId: toPublicId('bct', broadcast.id) }, 'broadcast.completed');
  }

  /** Who was named is told; of everybody, those with an endpoint that wants it. */
  private async audience(
    database: Queryable,
    { type, data, tags, tenantIds }: Broadcast,
    tenants: string[],
  ): Promise<string[]> {
    if (tenantIds !== null || tenants.length === 0) return tenants;
    const wishes = await readWishes(database, tenants, type);
    const event = { type, data: data!, tags };
    return tenants.filter((tenantId) =>
      wishes.get(tenantId)!.some((subscription) => this.options.matches(subscription, event)),
    );
  }

  /** Throws only what may be another time: a database that is away, an intake that is full. */
  private async tell(broadcast: Broadcast, tenantId: string): Promise<Told> {
    for (let tries = 1; ; tries++) {
      try {
        await this.options.emit(eventFor(broadcast, tenantId));
        return { kind: 'emitted' };
      } catch (error) {
        if (!(error instanceof PosthornError) || mayPass(error)) throw error;
        if (error.code === 'tenant_not_found') return { kind: 'skipped' };
        if (error.code !== 'rate_limited' || tries === LIMITED_TRIES_MAX) {
          return { kind: 'refused', code: error.code };
        }
        await new Promise((resolve) => setTimeout(resolve, LIMITED_PAUSE_MS));
      }
    }
  }
}

/** A tenant's own event; always the same one, whoever emits it and how often. */
function eventFor({ id, type, data, tags, occurredAt, hops }: Broadcast, tenantId: string): EmitRequest {
  const tenant = toPublicId('ten', tenantId);
  return { tenant, type, data: data!, tags, occurredAt, hops, externalId: toPublicId('bct', id) };
}

function mayPass(error: unknown): boolean {
  return isDatabaseUnavailable(error) || (error instanceof PosthornError && error.code === 'unavailable');
}
