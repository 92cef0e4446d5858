/**
 * Endpoints, as the API changes them. Every change runs in one transaction that raises the tenant's `endpoints_version`: an
 * emit that commits after it has matched against what the change left behind. A crash before the commit leaves nothing
 * of the change.
 *
 * An endpoint's hot state is in `lanes`; disabling and enabling it reach over there in the same transaction.
 */
import { randomBytes } from 'node:crypto';
import { IsNull, LessThan, type DataSource, type EntityManager } from 'typeorm';
import { PosthornError } from '../errors.js';
import type {
  BodyFormat,
  FailurePolicy,
  HttpMethod,
  Ordering,
  Payload,
  SignatureProfile,
  Signing,
} from '../model/endpoint.js';
import type { EndpointAuth } from '../model/endpoint-auth.js';
import type { TlsIdentity } from '../model/endpoint-tls.js';
import { newUuid, toPublicId } from '../model/id.js';
import type { JsonObject } from '../model/json.js';
import type { RetrySchedule } from '../model/retry-schedule.js';
import { formatSecret, SECRET_RANDOM_BYTES } from '../model/secret.js';
import { recordAudit, type AuditSource } from './audit.js';
import type { Clock } from './clock.js';
import { readCircuits, type CircuitState } from './circuits.js';
import type { Queryable } from './database.js';
import { wakeLane } from './delivery-control.js';
import { deleteEndpointsOf } from './endpoint-deletion.js';
import { disable, enable } from './endpoint-switch.js';
import { EndpointEntity } from './entities/endpoint.entity.js';
import { selecting, transact } from './entity-transaction.js';
import { endpointUuid, findEndpoint } from './find-endpoint.js';
import { openOptions, sealOptions, type OpenOptions } from './sealed-options.js';
import { insertSecret, replaceSecret } from './secrets.js';
import type { Sealer } from './sealing.js';
import { raiseEndpointsVersion } from './tenants.js';

/** As a tenant sets it; null means the installation's default. */
export interface EndpointFields {
  url: string;
  description: string;
  eventTypes: string[];
  filter: JsonObject | null;
  headers: Record<string, string>;
  auth: EndpointAuth | null;
  tls: TlsIdentity | null;
  transformation: string | null;
  bodyFormat: BodyFormat;
  payload: Payload;
  method: HttpMethod;
  signing: Signing;
  signatureProfile: SignatureProfile;
  ordering: Ordering;
  onFailure: FailurePolicy;
  retry: RetrySchedule | null;
  timeoutMs: number | null;
  rateLimitPerSecond: number | null;
  maxInFlight: number | null;
  metadata: Record<string, string>;
  disabled: boolean;
}

/** Changes to an endpoint. What is sealed is made from what it has, since a caller may keep values that it never sees. */
export type EndpointChanges = Partial<Omit<EndpointFields, keyof OpenOptions>> & {
  [option in keyof OpenOptions]?: (current: OpenOptions[option]) => OpenOptions[option];
};

/** An endpoint with what is to be known about it; what is secret is opened, to be hidden by whoever shows it. */
export interface EndpointView extends OpenOptions {
  endpoint: EndpointEntity;
  circuit: CircuitState;
}

/** How long the secrets of one kind go on signing after `signing` was changed to the other. */
const OLD_SIGNING_SECONDS = 86_400;

export class EndpointStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly sealer: Sealer,
    private readonly limits: { tenantEndpointsMax: number },
  ) {}

  /**
   * @param secret the customer's own; one is made otherwise
   * @param beside is done in the same transaction, with the tenant's endpoints locked
   * @throws PosthornError `tenant_not_found`, `endpoint_limit_reached`
   */
  async create(
    tenantId: string,
    fields: EndpointFields,
    secret: string | undefined,
    source: AuditSource,
    beside?: (sql: Queryable, endpointId: string) => Promise<void>,
  ): Promise<EndpointView & { secret: string }> {
    const id = newUuid(this.clock.nowMs());
    const signingSecret = secret ?? formatSecret(fields.signing, randomBytes(SECRET_RANDOM_BYTES));
    return transact(this.dataSource, async ({ entities, sql }) => {
      const { headers, auth, tls, ...columns } = fields;
      await entities.insert(EndpointEntity, {
        id,
        tenantId,
        ...columns,
        ...sealOptions(this.sealer, { headers, auth, tls }, { tenantId, endpointId: id }),
        ...(fields.disabled && { disabledReason: 'by_request', disabledAt: () => 'now()' }),
      });
      await sql.query(`INSERT INTO lanes (endpoint_id, tenant_id, parked_until) VALUES ($1, $2, $3)`, [
        id,
        tenantId,
        fields.disabled ? 'infinity' : '-infinity',
      ]);
      await insertSecret(sql, this.clock, this.sealer, { tenantId, endpointId: id }, signingSecret);
      await this.audit(sql, 'endpoint.created', tenantId, id, source);
      const made = await this.view(entities, sql, tenantId, id);
      // Last, because it locks the tenant: whoever registers thousands of endpoints does it side by side.
      await raiseEndpointsVersion(sql, tenantId);
      await this.checkLimit(entities, tenantId);
      await beside?.(sql, id);
      return { ...made, secret: signingSecret };
    });
  }

  /**
   * @param check throws when what the change would leave behind is not allowed
   * @throws PosthornError `endpoint_not_found`
   */
  async update(
    tenantId: string,
    publicId: string,
    changes: EndpointChanges,
    check: (after: EndpointView, before: OpenOptions & { url: string }) => void,
    source: AuditSource,
  ): Promise<EndpointView> {
    const id = endpointUuid(publicId);
    return transact(this.dataSource, async ({ entities, sql }) => {
      // Locks the tenant: of two changes to an endpoint, the second sees what the first left.
      await raiseEndpointsVersion(sql, tenantId);
      const before = await findEndpoint(entities, tenantId, id);
      const { headers, auth, tls, disabled, ...columns } = changes;
      const owner = { tenantId, endpointId: id };
      const current = this.open(before);
      await entities.update(
        EndpointEntity,
        { id },
        {
          ...columns,
          ...sealOptions(
            this.sealer,
            { headers: headers?.(current.headers), auth: auth?.(current.auth), tls: tls?.(current.tls) },
            owner,
          ),
          updatedAt: () => 'clock_timestamp()',
        },
      );
      if (changes.signing !== undefined && changes.signing !== before.signing) {
        const secret = formatSecret(changes.signing, randomBytes(SECRET_RANDOM_BYTES));
        await replaceSecret(sql, this.clock, this.sealer, owner, secret, OLD_SIGNING_SECONDS);
      }
      // What was held back may be free to go.
      if (changes.ordering !== undefined || changes.onFailure !== undefined) await wakeLane(sql, id);
      if (disabled === true && !before.disabled) await disable(sql, id);
      if (disabled === false && before.disabled) await enable(sql, id);
      await this.audit(sql, 'endpoint.updated', tenantId, id, source, { fields: Object.keys(changes) });
      const after = await this.view(entities, sql, tenantId, id);
      check(after, { ...current, url: before.url });
      return after;
    });
  }

  /** What is owed to it is for the caller to cancel, after the commit. @throws PosthornError `endpoint_not_found` */
  async delete(tenantId: string, publicId: string, source: AuditSource): Promise<{ id: string }> {
    const id = endpointUuid(publicId);
    await transact(this.dataSource, async ({ sql }) => {
      await raiseEndpointsVersion(sql, tenantId);
      const deleted = await deleteEndpointsOf(sql, { tenantId, endpointId: id });
      if (deleted.length === 0) throw new PosthornError('endpoint_not_found');
      await this.audit(sql, 'endpoint.deleted', tenantId, id, source);
    });
    return { id };
  }

  /** @throws PosthornError `endpoint_not_found` */
  async get(tenantId: string, publicId: string): Promise<EndpointView> {
    const { manager } = this.dataSource;
    return this.view(manager, selecting(this.dataSource), tenantId, endpointUuid(publicId));
  }

  /** Newest first. @param before only endpoints made before this one */
  async list(
    tenantId: string,
    page: { before: string | undefined; limit: number },
  ): Promise<(EndpointView & { id: string })[]> {
    const endpoints = await this.dataSource.manager.find(EndpointEntity, {
      where: {
        tenantId,
        deletedAt: IsNull(),
        ...(page.before !== undefined && { id: LessThan(page.before) }),
      },
      order: { id: 'DESC' },
      take: page.limit,
    });
    const circuits = await readCircuits(
      selecting(this.dataSource),
      endpoints.map((endpoint) => endpoint.id),
    );
    return endpoints.map((endpoint) => ({
      id: endpoint.id,
      endpoint,
      ...this.open(endpoint),
      circuit: circuits.get(endpoint.id)!,
    }));
  }

  private async view(
    entities: EntityManager,
    sql: Queryable,
    tenantId: string,
    id: string,
  ): Promise<EndpointView> {
    const endpoint = await findEndpoint(entities, tenantId, id);
    const circuits = await readCircuits(sql, [endpoint.id]);
    return { endpoint, ...this.open(endpoint), circuit: circuits.get(endpoint.id)! };
  }

  /** The tenant's row is locked, so nobody adds another one meanwhile; the new one is counted already. */
  private async checkLimit(entities: EntityManager, tenantId: string): Promise<void> {
    const count = await entities.countBy(EndpointEntity, { tenantId, deletedAt: IsNull() });
    if (count > this.limits.tenantEndpointsMax) throw new PosthornError('endpoint_limit_reached');
  }

  private open(endpoint: EndpointEntity): OpenOptions {
    return openOptions(this.sealer, endpoint, { tenantId: endpoint.tenantId, endpointId: endpoint.id });
  }

  private audit(
    sql: Queryable,
    action: string,
    tenantId: string,
    endpointId: string,
    source: AuditSource,
    details?: Record<string, unknown>,
  ): Promise<void> {
    const targetId = toPublicId('ep', endpointId);
    return recordAudit(sql, this.clock, {
      ...source,
      action,
      tenantId,
      targetId,
      ...(details && { details }),
    });
  }
}
