/**
 * Whom an emit is matched against: tenants with their endpoints, and the event catalog, cached in this process.
 *
 * The cache is never trusted: the statement that stores an event compares the versions it was matched with against
 * the tables (`tenants.endpoints_version`, `catalog.version`) and stores nothing when they differ; the emitter then
 * forgets what it knew and matches again. So an endpoint registered through one process is seen by the next emit
 * through any other, and the usual emit costs no query for it.
 */
import type { Settings } from '../config.js';
import { fromPublicId } from '../model/id.js';
import type { Validation } from '../model/event-type.js';
import type { Subscription } from '../model/endpoint.js';
import type { CompiledFilters } from '../store/compiled-filters.js';
import type { Queryable } from '../store/database.js';
import { readSubscriptions } from '../store/subscriptions.js';
import { CatalogChecks, type DataCheck } from './catalog-checks.js';

export interface KnownTenant {
  tenantId: string;
  endpointsVersion: number;
  strictEventTypes: boolean;
  /** Null: no limit. */
  emitRateLimitPerSecond: number | null;
  subscriptions: Subscription[];
  /** Theirs, for the next reading. */
  filters: CompiledFilters;
}

export interface KnownCatalog {
  version: number;
  archived: Set<string>;
  known: Set<string>;
  /** By event type, for those whose data is looked at; empty where nobody asks for it. */
  checks: Map<string, DataCheck>;
}

/** Tenants held at most; the longest unused one is forgotten first. */
const TENANTS_MAX = 10_000;

export class TenantDirectory {
  /** By the reference that emitters use: `ten_…` or an externalId. Map order is order of use. */
  private readonly tenants = new Map<string, Promise<KnownTenant | undefined>>();
  private catalog: Promise<KnownCatalog> | undefined;
  private readonly checks = new CatalogChecks();

  constructor(
    private readonly database: Queryable,
    private readonly settings: Pick<Settings, 'attemptTimeoutMs'>,
    private readonly tenantsMax = TENANTS_MAX,
  ) {}

  /** The tenant, or `undefined` when there is none. Rejects when the database cannot be reached. */
  tenant(reference: string): Promise<KnownTenant | undefined> {
    const cached = this.tenants.get(reference);
    if (cached !== undefined) {
      if (this.tenants.size > this.tenantsMax / 2) {
        this.tenants.delete(reference);
        this.tenants.set(reference, cached);
      }
      return cached;
    }
    return this.read(reference, undefined);
  }

  private read(reference: string, compiled: CompiledFilters | undefined): Promise<KnownTenant | undefined> {
    const loading = this.load(reference, compiled);
    this.tenants.set(reference, loading);
    // Neither a failure nor "no such tenant" is remembered: the tenant may be made a moment later.
    const drop = (): void => {
      if (this.tenants.get(reference) === loading) this.tenants.delete(reference);
    };
    loading.then((tenant) => tenant === undefined && drop(), drop);
    if (this.tenants.size > this.tenantsMax) this.tenants.delete(this.tenants.keys().next().value!);
    return loading;
  }

  eventCatalog(): Promise<KnownCatalog> {
    if (this.catalog === undefined) {
      const loading = this.loadCatalog();
      this.catalog = loading;
      loading.catch(() => (this.catalog = undefined));
    }
    return this.catalog;
  }

  /** As it is now: for what no version is compared with afterwards. */
  freshCatalog(): Promise<KnownCatalog> {
    this.catalog = undefined;
    return this.eventCatalog();
  }

  /**
   * After a version that did not match: one of the two is out of date. What has been read anew since then stays: of a
   * hundred emits that find their endpoints changed, the first reads for all of them. It reads at once, as most of the
   * endpoints have not changed, and what was compiled of them is at hand only now.
   */
  async forget(
    reference: string,
    outdated: { tenant: KnownTenant | undefined; catalog: KnownCatalog },
  ): Promise<void> {
    const [tenants, catalogs] = [this.tenants.get(reference), this.catalog];
    const [tenant, catalog] = await Promise.all([tenants, catalogs]).catch(() => []);
    if (tenant === outdated.tenant && this.tenants.get(reference) === tenants) {
      this.tenants.delete(reference); // so that it is the last used
      if (tenant !== undefined) void this.read(reference, tenant.filters);
    }
    if (catalog === outdated.catalog && this.catalog === catalogs) this.catalog = undefined;
  }

  private async load(
    reference: string,
    compiled: CompiledFilters | undefined,
  ): Promise<KnownTenant | undefined> {
    const { rows } = await this.database.query<{
      id: string;
      endpoints_version: number;
      strict_event_types: boolean;
      emit_rate_limit_per_second: number | null;
    }>(
      `SELECT t.id, t.endpoints_version, t.strict_event_types, t.emit_rate_limit_per_second FROM tenants t
        WHERE (t.id = $1 OR t.external_id = $2) AND t.deleted_at IS NULL`,
      [fromPublicId('ten', reference) ?? null, reference],
    );
    const row = rows[0];
    if (row === undefined) return undefined;
    const { attemptTimeoutMs } = this.settings;
    return {
      tenantId: row.id,
      // Read before the endpoints: a change in between makes this version too old, never the endpoints too old for it.
      endpointsVersion: row.endpoints_version,
      strictEventTypes: row.strict_event_types,
      emitRateLimitPerSecond: row.emit_rate_limit_per_second,
      ...(await readSubscriptions(this.database, row.id, attemptTimeoutMs, compiled)),
    };
  }

  private async loadCatalog(): Promise<KnownCatalog> {
    const version = await this.database.query<{ version: number }>(`SELECT c.version FROM catalog c`);
    const { rows } = await this.database.query<{
      name: string;
      archived: boolean;
      validation: Validation;
      schema: string | null;
    }>(
      `SELECT e.name, e.archived, e.validation, CASE WHEN e.validation <> 'off' THEN e.schema::text END AS schema
         FROM event_types e`,
    );
    return {
      version: version.rows[0]!.version,
      archived: new Set(rows.filter((row) => row.archived).map((row) => row.name)),
      known: new Set(rows.map((row) => row.name)),
      checks: this.checks.of(
        rows.flatMap(({ name, validation, schema }) =>
          validation === 'off' || schema === null ? [] : [{ name, validation, schema }],
        ),
      ),
    };
  }
}
