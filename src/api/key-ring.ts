/**
 * The keys that this process has seen lately, so that a request costs a look into a map and not a query.
 *
 * What is known of a key holds for a second at most, so a revoked key works for at most that long in processes other
 * than the one that revoked it (which forgets it at once). A key in use is asked for again in the background after
 * half that time: its requests wait for the database once, at the first one. The price: two small queries a second
 * for each key in use.
 *
 * The map is asked with the key itself. That its look-up is not constant in time gives nothing away: V8 finds strings
 * by a seeded hash, and an attacker would have to collide with it before a single character is compared.
 */
import { isPlausibleApiKey } from '../model/api-key.js';
import { findLiveKey, hashApiKey, touchKey, type LiveKey } from '../store/live-keys.js';
import type { Queryable } from '../store/database.js';
import { log } from '../telemetry/log.js';
import type { KeyPrincipal } from './principal.js';

const TRUSTED_MS = 1_000;
const REFRESH_AFTER_MS = 500;
/** Unknown keys are remembered too, so that one in a loop costs a query a second. */
const ENTRIES_MAX = 10_000;
/** Longer than any key that an operator would give; nothing is hashed past it. */
const KEY_LENGTH_MAX = 512;

interface Entry {
  principal: KeyPrincipal | undefined;
  askedAtMs: number;
  refreshing: Promise<KeyPrincipal | undefined> | undefined;
}

export class KeyRing {
  private readonly entries = new Map<string, Entry>();

  /** @param nowMs a monotonic clock */
  constructor(
    private readonly database: Queryable,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Whose key it is, or undefined. Rejects when the database has to be asked and cannot be reached. */
  principalOf(key: string): KeyPrincipal | undefined | Promise<KeyPrincipal | undefined> {
    const entry = this.entries.get(key);
    if (entry === undefined) {
      if (key.length > KEY_LENGTH_MAX || !isPlausibleApiKey(key)) return undefined;
      return this.ask(key, this.admit(key));
    }
    const ageMs = this.nowMs() - entry.askedAtMs;
    if (ageMs >= TRUSTED_MS) return this.ask(key, entry);
    if (ageMs >= REFRESH_AFTER_MS) this.ask(key, entry).catch(ignore); // whoever comes after TRUSTED_MS hears of it
    return entry.principal;
  }

  /** After a change to keys in this process. */
  forgetAll(): void {
    this.entries.clear();
  }

  private admit(key: string): Entry {
    // The oldest one goes; if it is in use, its next request asks again.
    if (this.entries.size >= ENTRIES_MAX) this.entries.delete(this.entries.keys().next().value!);
    const entry: Entry = { principal: undefined, askedAtMs: -Infinity, refreshing: undefined };
    this.entries.set(key, entry);
    return entry;
  }

  /** A thousand requests at once share one question. */
  private ask(key: string, entry: Entry): Promise<KeyPrincipal | undefined> {
    entry.refreshing ??= this.load(key, entry).finally(() => (entry.refreshing = undefined));
    return entry.refreshing;
  }

  private async load(key: string, entry: Entry): Promise<KeyPrincipal | undefined> {
    // Taken before the question: the answer is as old as the question, not as the moment it arrives.
    const askedAtMs = this.nowMs();
    const live = await findLiveKey(this.database, hashApiKey(key));
    if (live?.usePending) this.noteUse(live.id);
    entry.principal = live && toPrincipal(live);
    entry.askedAtMs = askedAtMs;
    return entry.principal;
  }

  /** Nobody waits for it; if it fails, the next look-up finds it still pending. */
  private noteUse(keyId: string): void {
    touchKey(this.database, keyId).catch((error: Error) =>
      log.debug({ keyId, reason: error.message }, 'api_key.touch_failed'),
    );
  }
}

function toPrincipal(key: LiveKey): KeyPrincipal {
  return {
    kind: 'key',
    id: key.id,
    name: key.name,
    role: key.role,
    ...(key.tenantId !== null && { tenantId: key.tenantId, tenantExternalId: key.tenantExternalId }),
    ...(key.eventTypes !== null && { eventTypes: key.eventTypes }),
    payloadAccess: key.payloadAccess,
  };
}

function ignore(): void {}
