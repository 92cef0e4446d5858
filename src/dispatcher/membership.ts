/**
 * Who else dispatches, and this process's share of each endpoint's slots.
 *
 * `maxInFlight` holds over all dispatchers together without a word between them per request: each takes the whole
 * part of an equal share, and the remainder goes to those that rank first for the endpoint in rendezvous hashing. The
 * shares of the living always add up to maxInFlight exactly.
 *
 * Accuracy: exact while nobody comes or goes. A newcomer waits until the others have seen it before it takes anything,
 * so its coming never exceeds the limit. One that died keeps its share for LIFE_MS; one that was stopped for longer
 * than that and goes on may exceed it until its next heartbeat.
 *
 * @see https://en.wikipedia.org/wiki/Rendezvous_hashing
 */
import type { Queryable } from '../store/database.js';

const HEARTBEAT_MS = 2_000;
const LIFE_MS = 7_000;

export class Membership {
  private living: string[];
  private timer: NodeJS.Timeout | undefined;
  private readonly shares = new Map<string, number>();

  constructor(
    private readonly database: Queryable,
    readonly id: string,
    private readonly description: string,
  ) {
    this.living = [id];
  }

  /** Announces this dispatcher; with others about, waits until they have noticed. */
  async join(): Promise<void> {
    await this.beat();
    if (this.living.length > 1) await new Promise((resolve) => setTimeout(resolve, HEARTBEAT_MS + 500));
    const tick = async (): Promise<void> => {
      // A failed heartbeat is tried again with the next; the shares stay as they were.
      await this.beat().catch(() => undefined);
      this.timer = setTimeout(() => void tick(), HEARTBEAT_MS);
    };
    this.timer = setTimeout(() => void tick(), HEARTBEAT_MS);
  }

  /** Gives the share back at once instead of after LIFE_MS. */
  async leave(): Promise<void> {
    clearTimeout(this.timer);
    await this.database.query(`DELETE FROM dispatchers d WHERE d.id = $1`, [this.id]).catch(() => undefined);
  }

  get count(): number {
    return this.living.length;
  }

  /** This process's part of `maxInFlight` slots of the endpoint. */
  share(endpointId: string, maxInFlight: number): number {
    if (this.living.length === 1) return maxInFlight;
    // Too few to share out: the scheduler governs such a lane, and lets out what may fly (src/scheduler/grant.ts).
    if (maxInFlight < this.living.length) return 0;
    const whole = Math.floor(maxInFlight / this.living.length);
    const remainder = maxInFlight % this.living.length;
    return remainder === 0 ? whole : whole + (this.rank(endpointId) < remainder ? 1 : 0);
  }

  private rank(endpointId: string): number {
    let rank = this.shares.get(endpointId);
    if (rank === undefined) {
      const mine = weight(endpointId, this.id);
      rank = this.living.filter((id) => id !== this.id && weight(endpointId, id) > mine).length;
      if (this.shares.size > 100_000) this.shares.clear();
      this.shares.set(endpointId, rank);
    }
    return rank;
  }

  private async beat(): Promise<void> {
    const { rows } = await this.database.query<{ id: string }>(
      {
        name: 'heartbeat',
        text: `
          WITH gone AS (DELETE FROM dispatchers WHERE heartbeat_at < now() - interval '1 hour'),
          me AS (
            INSERT INTO dispatchers (id, heartbeat_at, started_at, description) VALUES ($1, now(), now(), $2)
            ON CONFLICT (id) DO UPDATE SET heartbeat_at = now() RETURNING id
          )
          SELECT id FROM me UNION SELECT d.id FROM dispatchers d WHERE d.heartbeat_at > now() - $3 * interval '1 ms'
          ORDER BY id`,
      },
      [this.id, this.description, LIFE_MS],
    );
    const living = rows.map((row) => row.id);
    if (living.join() !== this.living.join()) this.shares.clear();
    this.living = living;
  }
}

/** FNV-1a over both ids: spread evenly, and the same in every process. */
function weight(endpointId: string, dispatcherId: string): number {
  let hash = 0x811c9dc5;
  for (const text of [endpointId, dispatcherId]) {
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
  }
  return hash >>> 0;
}
