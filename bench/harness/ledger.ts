/** What the bench asks the ledger itself: is everything done, and what does it say of a delivery? */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export interface LedgerEntry {
  eventId: string;
  endpointId: string;
  status: 'pending' | 'succeeded' | 'failed' | 'canceled';
}

const POLL_MS = 20;

export class Ledger {
  private readonly client: pg.Client;

  private constructor(url: string) {
    this.client = new pg.Client({ connectionString: url });
    this.client.on('error', () => undefined); // the next query says so
  }

  static async open(url: string): Promise<Ledger> {
    const ledger = new Ledger(url);
    await ledger.client.connect();
    return ledger;
  }

  async query<R extends object>(sql: string, values: unknown[] = []): Promise<R[]> {
    return (await this.client.query<R>(sql, values)).rows;
  }

  /** Nothing is in the window and nothing waits. Both questions are answered by an index. */
  async isQuiet(): Promise<boolean> {
    const [row] = await this.query<{ busy: boolean }>(
      `SELECT EXISTS (SELECT FROM deliveries d WHERE d.leased)
           OR EXISTS (SELECT FROM deliveries d WHERE d.status = 'pending' AND NOT d.leased) AS busy`,
    );
    return !row!.busy;
  }

  /** @returns whether it became quiet in time */
  async becomesQuiet(timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (!(await this.isQuiet())) {
      if (performance.now() > deadline) return false;
      await sleep(POLL_MS);
    }
    return true;
  }

  async countByStatus(): Promise<Record<string, number>> {
    const rows = await this.query<{ status: string; count: number }>(
      'SELECT d.status, count(*)::int AS count FROM deliveries d GROUP BY d.status',
    );
    return Object.fromEntries(rows.map((row) => [row.status, row.count]));
  }

  async failedAttempts(): Promise<{ errorCode: string; attempts: number }[]> {
    return this.query(
      `SELECT a.error_code AS "errorCode", count(*)::int AS attempts FROM attempts a
        WHERE a.error_code IS NOT NULL GROUP BY a.error_code ORDER BY 2 DESC`,
    );
  }

  async deliveriesOf(eventIds: string[]): Promise<LedgerEntry[]> {
    return this.query<LedgerEntry>(
      `SELECT d.event_id AS "eventId", d.endpoint_id AS "endpointId", d.status
         FROM deliveries d WHERE d.event_id = ANY ($1::uuid[])`,
      [eventIds],
    );
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
