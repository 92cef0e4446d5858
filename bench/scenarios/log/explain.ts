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
  /** Tables that a plan reads from end to end. */
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
    const scanned = plans.flatMap((plan) =>
      [...plan.matchAll(/Seq Scan on (\w+)/g)].map((match) => match[1]!),
    );
    return { plans, scanned: [...new Set(scanned)] };
  }

  async close(): Promise<void> {
    await this.client.end();
  }
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
