/**
 * What this process counts: the hot path adds numbers here, /metrics reads them (docs/operations.md names every one).
 * Labels are codes and states, never tenants or endpoints: their number must not grow with the customers.
 *
 * One object for each Posthorn and not prom-client's global registry, so that a process may hold several (tests do).
 */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Role } from '../config.js';
import { VERSION } from '../version.js';
import { ALL, Buckets, Count, Tally } from './tally.js';

const FROM_MILLISECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60,
];
/** The last ones tell of retries: the default schedule ends after 2.8 days. */
const UP_TO_DAYS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 60, 300, 1_800, 7_200, 43_200, 259_200,
];
const GROUP_ITEMS = [1, 2, 5, 10, 20, 50, 100, 200];

/** What an attempt came to, as far as metrics tell them apart. */
export interface CountedAttempt {
  outcome: { kind: 'success' } | { kind: 'failure' | 'gone' | 'ours'; code: string };
  event: 'attempt_succeeded' | 'attempt_failed' | 'schedule_exhausted';
  trigger: string;
  attemptNumber: number;
  durationMs: number;
  sinceAcceptedMs: number;
}

export class Metrics {
  readonly registry = new Registry();

  private readonly emits: Tally;
  private readonly deliveriesAccepted: Count;
  private readonly deliveriesCompleted: Tally;
  private readonly attempts: Tally;
  private readonly attemptDuration: Buckets<'success' | 'failure'>;
  private readonly firstAttemptDelay: Buckets;
  private readonly deliveryLatency: Buckets;
  private readonly groupItems: Buckets<'emit' | 'record'>;
  private readonly groupWait: Buckets<'emit' | 'record'>;
  private readonly groupCommit: Buckets<'emit' | 'record'>;
  private readonly looks: Buckets;
  private readonly claims: Count;
  private readonly circuitChanges: Tally;
  private readonly endpointsDisabled: Tally;
  private readonly upkeepFailures: Tally;
  private readonly partitionsDropped: Tally;

  /** @param upkeepTasks names of the tasks that may fail */
  constructor(role: Role, upkeepTasks: readonly string[] = []) {
    const { registry } = this;
    collectDefaultMetrics({ register: registry });
    new Gauge({
      name: 'posthorn_build_info',
      help: 'Always 1; the labels say what runs here.',
      labelNames: ['version', 'role', 'node'],
      registers: [registry],
    }).set({ version: VERSION, role, node: process.version }, 1);

    this.emits = new Tally(
      registry,
      'posthorn_emits_total',
      'Events emitted: accepted, replayed (the answer of an earlier request again), or the code of the refusal.',
      'result',
      ['accepted', 'unavailable', 'internal'],
    );
    this.deliveriesAccepted = new Count(
      registry,
      'posthorn_deliveries_accepted_total',
      'Deliveries that accepted events are owed.',
    );
    this.deliveriesCompleted = new Tally(
      registry,
      'posthorn_deliveries_completed_total',
      'Deliveries that came to an end by an attempt (succeeded, failed) or by their age (expired).',
      'status',
      ['succeeded', 'failed', 'expired'],
    );
    this.attempts = new Tally(
      registry,
      'posthorn_attempts_total',
      'Requests to endpoints; code is "ok" for a 2xx, or the error code.',
      'code',
      ['ok'],
    );
    this.attemptDuration = new Buckets(
      registry,
      'posthorn_attempt_duration_seconds',
      'From the start of an attempt to its end, connecting included.',
      FROM_MILLISECONDS,
      { name: 'outcome', values: ['success', 'failure'] },
    );
    this.firstAttemptDelay = new Buckets(
      registry,
      'posthorn_first_attempt_delay_seconds',
      'From the acceptance of an event to the start of the first attempt to deliver it.',
      UP_TO_DAYS,
    );
    this.deliveryLatency = new Buckets(
      registry,
      'posthorn_delivery_latency_seconds',
      'From the acceptance of an event to its delivery, retries included; replays are left out.',
      UP_TO_DAYS,
    );
    const group = { name: 'group', values: ['emit', 'record'] as const };
    this.groupItems = new Buckets(
      registry,
      'posthorn_group_commit_items',
      'Emits, or records of attempts, that shared a commit.',
      GROUP_ITEMS,
      group,
    );
    this.groupWait = new Buckets(
      registry,
      'posthorn_group_commit_wait_seconds',
      'How long the first of a group waited for its commit to begin.',
      FROM_MILLISECONDS,
      group,
    );
    this.groupCommit = new Buckets(
      registry,
      'posthorn_group_commit_duration_seconds',
      'How long the commit of a group took.',
      FROM_MILLISECONDS,
      group,
    );
    this.looks = new Buckets(
      registry,
      'posthorn_scheduler_look_duration_seconds',
      'Looks of the scheduler that found a lane ready.',
      FROM_MILLISECONDS,
    );
    this.claims = new Count(registry, 'posthorn_scheduler_claims_total', 'Deliveries that were claimed.');
    this.circuitChanges = new Tally(
      registry,
      'posthorn_circuit_changes_total',
      'Circuits that opened or closed; an unsuccessful probe counts as an opening.',
      'to',
    );
    this.endpointsDisabled = new Tally(
      registry,
      'posthorn_endpoints_disabled_total',
      'Endpoints that Posthorn has disabled by itself.',
      'reason',
    );
    this.upkeepFailures = new Tally(
      registry,
      'posthorn_upkeep_failures_total',
      'Runs of upkeep tasks that failed.',
      'task',
      upkeepTasks,
    );
    this.partitionsDropped = new Tally(
      registry,
      'posthorn_partitions_dropped_total',
      'Days that retention has dropped.',
      'table',
    );
  }

  countEmit(result: string, deliveries: number): void {
    this.emits.add(result);
    if (deliveries > 0) this.deliveriesAccepted.add(deliveries);
  }

  countAttempt(attempt: CountedAttempt): void {
    const { outcome, durationMs, sinceAcceptedMs } = attempt;
    const succeeded = outcome.kind === 'success';
    this.attempts.add(succeeded ? 'ok' : outcome.code);
    this.attemptDuration.observe(succeeded ? 'success' : 'failure', durationMs / 1000);
    if (attempt.event === 'schedule_exhausted') this.deliveriesCompleted.add('failed');
    if (succeeded) this.deliveriesCompleted.add('succeeded');
    // A replay's clock started long ago, and says nothing about us.
    if (attempt.trigger === 'replay') return;
    if (attempt.attemptNumber === 1) this.firstAttemptDelay.observe(ALL, Math.max(0, sinceAcceptedMs) / 1000);
    if (succeeded) this.deliveryLatency.observe(ALL, Math.max(0, sinceAcceptedMs + durationMs) / 1000);
  }

  countGroup(group: 'emit' | 'record', items: number, waitedMs: number, tookMs: number): void {
    this.groupItems.observe(group, items);
    this.groupWait.observe(group, waitedMs / 1000);
    this.groupCommit.observe(group, tookMs / 1000);
  }

  countLook(claimed: number, tookMs: number): void {
    this.looks.observe(ALL, tookMs / 1000);
    this.claims.add(claimed);
  }

  countCircuitChange(to: 'open' | 'closed'): void {
    this.circuitChanges.add(to);
  }

  countDisabled(reason: string): void {
    this.endpointsDisabled.add(reason);
  }

  countExpired(deliveries: number): void {
    this.deliveriesCompleted.add('expired', deliveries);
  }

  countUpkeepFailure(task: string): void {
    this.upkeepFailures.add(task);
  }

  countDropped(table: string): void {
    this.partitionsDropped.add(table);
  }
}
