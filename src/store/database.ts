/**
 * The hot path's connections. Emitting and dispatching have a pool of their own, apart from the one that TypeORM
 * holds for the API: a search over ten million deliveries must not keep an emit waiting for a connection.
 *
 * Statements are named, so that Postgres parses and plans each once per connection (with a month of partitions,
 * planning is most of a small statement's cost).
 */
import pg from 'pg';
import './connection-guard.js';

export interface Queryable {
  query<R extends object = Record<string, unknown>>(
    statement: string | Statement,
    values?: unknown[],
  ): Promise<{ rows: R[]; rowCount: number | null }>;
}

/** A named, prepared statement. */
export interface Statement {
  name: string;
  text: string;
}

/** Postgres’ own answer is awaited no longer than this: a network that swallows packets must not hold a caller for ever. */
const STATEMENT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * How the hot path's statements are planned. Each joins a few dozen ids with partitioned tables; the planner, which
 * cannot know how few they are, would at times rather hash or scan whole partitions. Generic plans (planned once, whatever the
 * values) with nested loops over the primary keys are right for every one of them: 10.7 ms became 1 ms for a group of records.
 * Behind a pooler that drops start-up options, set the same with ALTER ROLE (docs/operations.md).
 */
const PLANNING =
  '-c plan_cache_mode=force_generic_plan -c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off -c jit=off';

// timestamptz as Date is the driver's default; int8 as a number is ours: no count of ours passes 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export class Database implements Queryable {
  readonly pool: pg.Pool;

  constructor(options: { url: string; poolSize: number; applicationName: string }) {
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.poolSize,
      application_name: options.applicationName,
      // All in one, because a pooler refuses connections with parameters that it was not told of, one by one.
      options: `${PLANNING} -c statement_timeout=${STATEMENT_TIMEOUT_MS} -c idle_in_transaction_session_timeout=${STATEMENT_TIMEOUT_MS}`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
      keepAlive: true,
    });
    // An idle connection that drops is replaced by the pool; without a listener it would end the process.
    this.pool.on('error', () => undefined);
  }

  async query<R extends object = Record<string, unknown>>(
    statement: string | Statement,
    values: unknown[] = [],
  ): Promise<{ rows: R[]; rowCount: number | null }> {
    return this.pool.query<R>(toQuery(statement, values));
  }

  /**
   * Runs `work` in one transaction (READ COMMITTED). A crash or an error anywhere inside leaves nothing behind;
   * an error of COMMIT itself leaves it unknown, and is thrown as any other.
   */
  async transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work({
        query: (statement, values = []) => client.query(toQuery(statement, values)),
      });
      await client.query('COMMIT');
      return result;
    } catch (error) {
      broken = error as Error;
      await client.query('ROLLBACK').then(
        () => (broken = undefined),
        () => undefined,
      );
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

function toQuery(statement: string | Statement, values: unknown[]): pg.QueryConfig {
  return typeof statement === 'string' ? { text: statement, values } : { ...statement, values };
}

/**
 * SQLSTATE classes that mean "the database is away or full", not "the statement is wrong". XX000 is what poolers say
 * when they have no server; XX001 and XX002 are a row or an index that is broken, which no waiting mends.
 */
const UNAVAILABLE_SQLSTATE = /^(08|53|57|58|55P03|25006|XX000)/;
const UNAVAILABLE_ERRNO = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENOENT',
]);

/** True for errors that trying again later may mend. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') return UNAVAILABLE_SQLSTATE.test(code) || UNAVAILABLE_ERRNO.has(code);
  // The driver's own words, for which it has no codes.
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout/.test(
    error.message,
  );
}
