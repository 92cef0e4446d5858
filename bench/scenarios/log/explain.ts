/**
 * The plans of the statements that the API really runs: PostgreSQL's auto_explain writes each into its connection's
 * notices, so nothing has to be copied here that could differ from the source.
 */
import type { DeliveryFilter } from '../../../src/store/delivery-filter.js';
import { readDeliveryPage } from '../../../src/store/delivery-log.js';
import { fromPublicId } from '../../../src/model/id.js';
import type { DeliveryStatus } from '../../../src/model/delivery.js';
import type { Queryable } from '../../../src/store/database.js';
import pg from 'pg';

export interface Explained {
  /** One for each statement of the page, in their order. */
  plans: string[];
  /** Tables that were read from end to end although they hold something; of empty ones the planner does well to. */
  scanned: string[];
}

export class PlanReader {
  private constructor(private readonly client: pg.Client) {}

  static async open(databaseUrl: string): Promise<PlanReader> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    for (const setting of [
      `LOAD 'auto_explain'`,
      `SET auto_explain.log_min_duration = 0`,
      `SET auto_explain.log_analyze = on`,
      `SET auto_explain.log_buffers = on`,
      `SET auto_explain.log_level = 'notice'`,
    ])
      await client.query(setting);
    return new PlanReader(client);
  }

  async explain(variant: Record<string, string>): Promise<Explained> {
    const plans: string[] = [];
    const onNotice = (notice: { message?: string | undefined }): void => {
      if (notice.message?.startsWith('duration:')) plans.push(notice.message);
    };
    this.client.on('notice', onNotice);
    const queryable: Queryable = {
      query: (statement, values = []) =>
        this.client.query(
          typeof statement === 'string' ? { text: statement, values } : { ...statement, values },
        ),
    };
    await readDeliveryPage(queryable, toFilter(variant), { before: undefined, limit: 50 });
    this.client.off('notice', onNotice);
    const scanned = plans.flatMap(readThrough);
    return { plans, scanned: [...new Set(scanned)] };
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}

const ROWS_WORTH_AN_INDEX = 1_000;

function readThrough(plan: string): string[] {
  // One node each, with the lines that tell of it.
  return plan.split('->').flatMap((node) => {
    const table = /^\s*Seq Scan on (\w+)/.exec(node)?.[1];
    if (table === undefined) return [];
    const answered = Number(/actual .*?rows=([\d.]+)/.exec(node)?.[1] ?? 0);
    const removed = Number(/Rows Removed by Filter: (\d+)/.exec(node)?.[1] ?? 0);
    return answered + removed > ROWS_WORTH_AN_INDEX ? [table] : [];
  });
}

/** As the API reads its query string. */
function toFilter(variant: Record<string, string>): DeliveryFilter {
  const { tenant, endpoint, event, eventType, status, statusCode, errorCode, after, before, search } =
    variant;
  return {
    ...(tenant !== undefined && { tenantId: fromPublicId('ten', tenant)! }),
    ...(endpoint !== undefined && { endpointId: fromPublicId('ep', endpoint)! }),
    ...(event !== undefined && { eventId: fromPublicId('evt', event)! }),
    ...(eventType !== undefined && { eventType }),
    ...(status !== undefined && { status: status as DeliveryStatus }),
    ...(statusCode !== undefined && { statusCode: rangeOf(statusCode) }),
    ...(errorCode !== undefined && { errorCode }),
    ...(after !== undefined && { after: new Date(after) }),
    ...(before !== undefined && { before: new Date(before) }),
    ...(search !== undefined && { search }),
  };
}

function rangeOf(statusCode: string): { from: number; to: number } {
  if (!statusCode.endsWith('xx')) return { from: Number(statusCode), to: Number(statusCode) };
  return { from: Number(statusCode[0]) * 100, to: Number(statusCode[0]) * 100 + 99 };
}
