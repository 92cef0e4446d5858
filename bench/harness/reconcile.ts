/**
 * The proof: what was accepted, compared id by id with what arrived, and what did not arrive with what the ledger owes.
 * A delivery that the ledger calls succeeded but that never arrived is lost; so is one that is in neither.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ACCEPTED } from '../load/generator.js';
import { toUuid } from '../load/public-id.js';
import { RECEIVED } from '../load/receiver.js';
import { RecordIndex } from '../load/record-index.js';
import { KEY_WORDS, Records } from '../load/records.js';
import type { Tally } from '../report/section.js';
import type { Bench } from './bench.js';
import type { Installation } from './installation.js';

/** A delivery's first arrival. Instants are on the machine's monotonic clock. */
export interface Arrival {
  target: number;
  endpoint: number;
  dueMs: number;
  sentMs: number;
  answeredMs: number;
  arrivedMs: number;
}

export interface ReconcileOptions {
  /** Which endpoints, by number, an event to this target is owed to. */
  owedTo: (target: number) => number[];
  unanswered?: number;
  onArrival?: (arrival: Arrival) => void;
}

/** Events asked of the ledger at a time. */
const LEDGER_BATCH = 5_000;
const LOOKS_MAX = 4;
const BETWEEN_LOOKS_MS = 2_000;

export async function reconcile(
  bench: Bench,
  installation: Installation,
  { owedTo, unanswered = 0, onArrival }: ReconcileOptions,
): Promise<Tally> {
  for (let look = 1; ; look++) {
    const arrivals: Arrival[] = [];
    const tally = await compare(bench, installation, owedTo, (arrival) => arrivals.push(arrival));
    // What arrived after the receiver was asked and was recorded before the ledger was would look lost.
    if (tally.lost > 0 && look < LOOKS_MAX) {
      await sleep(BETWEEN_LOOKS_MS);
      continue;
    }
    if (onArrival) for (const arrival of arrivals) onArrival(arrival);
    return { ...tally, unanswered };
  }
}

async function compare(
  bench: Bench,
  installation: Installation,
  owedTo: ReconcileOptions['owedTo'],
  onArrival: (arrival: Arrival) => void,
): Promise<Tally> {
  const deliveredTo = new Map<number, Set<number>>();
  const { accepted, delivered, duplicates } = await matchArrivals(bench, (arrival, event) => {
    const endpoints = deliveredTo.get(event);
    if (endpoints === undefined) deliveredTo.set(event, new Set([arrival.endpoint]));
    else endpoints.add(arrival.endpoint);
    onArrival(arrival);
  });
  const missing = new Map<string, Set<number>>();
  let owedInAll = 0;
  for (let event = 0; event < accepted.count; event++) {
    const owed = owedTo(accepted.words[accepted.wordAt(event) + ACCEPTED.targetWord]!);
    owedInAll += owed.length;
    const arrived = deliveredTo.get(event);
    const missed = arrived === undefined ? owed : owed.filter((endpoint) => !arrived.has(endpoint));
    if (missed.length > 0) missing.set(toUuid(accepted.words, accepted.wordAt(event)), new Set(missed));
  }
  const waiting = await countWaiting(installation, missing);
  const missed = [...missing.values()].reduce((sum, endpoints) => sum + endpoints.size, 0);
  return {
    accepted: accepted.count,
    owed: owedInAll,
    delivered,
    waiting,
    lost: missed - waiting,
    duplicates,
    unanswered: 0,
  };
}

/**
 * Goes through everything that the receiver got of what the generator was promised.
 * @param onArrival `event` is its record among the accepted
 */
export async function matchArrivals(
  bench: Bench,
  onArrival: (arrival: Arrival, event: number) => void,
): Promise<{ accepted: Records; delivered: number; duplicates: number }> {
  const { accepted, received } = await collect(bench);
  const acceptedIndex = new RecordIndex(accepted);
  const key = new Uint32Array(KEY_WORDS);
  let delivered = 0;
  let duplicates = 0;
  for (let record = 0; record < received.count; record++) {
    const wordAt = received.wordAt(record);
    duplicates += received.words[wordAt + RECEIVED.countWord]! - 1;
    key.set(received.words.subarray(wordAt, wordAt + 4));
    const event = acceptedIndex.find(key);
    if (event === -1) continue; // an emit whose answer we did not get
    delivered++;
    onArrival(arrivalOf(accepted, event, received.words[wordAt + 4]!, received, record), event);
  }
  return { accepted, delivered, duplicates };
}

async function collect({
  generator,
  receiver,
  services,
}: Bench): Promise<{ accepted: Records; received: Records }> {
  const acceptedFile = path.join(services.scratch, 'accepted.bin');
  const receivedFile = path.join(services.scratch, 'received.bin');
  await Promise.all([generator.call('write', acceptedFile), receiver.call('write', receivedFile)]);
  const accepted = Records.read(acceptedFile, ACCEPTED.bytes);
  const received = Records.read(receivedFile, RECEIVED.bytes);
  rmSync(acceptedFile);
  rmSync(receivedFile);
  return { accepted, received };
}

function arrivalOf(
  accepted: Records,
  event: number,
  endpoint: number,
  received: Records,
  record: number,
): Arrival {
  const acceptedAt = accepted.numberAt(event);
  return {
    target: accepted.words[accepted.wordAt(event) + ACCEPTED.targetWord]!,
    endpoint,
    dueMs: accepted.numbers[acceptedAt + ACCEPTED.dueNumber]!,
    sentMs: accepted.numbers[acceptedAt + ACCEPTED.sentNumber]!,
    answeredMs: accepted.numbers[acceptedAt + ACCEPTED.answeredNumber]!,
    arrivedMs: received.numbers[received.numberAt(record) + RECEIVED.firstNumber]!,
  };
}

/** Of the deliveries that did not arrive, those that the ledger has and does not call succeeded. */
async function countWaiting(installation: Installation, missing: Map<string, Set<number>>): Promise<number> {
  const numberOf = new Map(installation.endpoints.map((endpoint, number) => [endpoint.uuid, number]));
  const eventIds = [...missing.keys()];
  let waiting = 0;
  for (let at = 0; at < eventIds.length; at += LEDGER_BATCH) {
    for (const entry of await installation.ledger.deliveriesOf(eventIds.slice(at, at + LEDGER_BATCH))) {
      const number = numberOf.get(entry.endpointId);
      if (number === undefined || entry.status === 'succeeded') continue;
      if (missing.get(entry.eventId)!.has(number)) waiting++;
    }
  }
  return waiting;
}
