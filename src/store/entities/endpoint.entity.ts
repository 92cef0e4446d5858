import { Column, Entity, PrimaryColumn } from 'typeorm';
import type {
  BodyFormat,
  DisabledReason,
  FailurePolicy,
  HttpMethod,
  Ordering,
  Payload,
  SignatureProfile,
  Signing,
} from '../../model/endpoint.js';
import type { JsonObject } from '../../model/json.js';
import type { RetrySchedule } from '../../model/retry-schedule.js';

/** An endpoint's configuration. Null in retry, timeout and in-flight means the installation's default, as it is then. */
@Entity('endpoints')
export class EndpointEntity {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'tenant_id' }) tenantId: string;
  @Column('text') url: string;
  @Column('text') description: string;
  @Column('text', { name: 'event_types', array: true }) eventTypes: string[];
  @Column('json', { nullable: true }) filter: JsonObject | null;
  /** A JSON object of header names and values, sealed. */
  @Column('bytea', { name: 'headers_sealed', nullable: true }) headersSealed: Buffer | null;
  /** As src/model/endpoint-auth.ts says, sealed. */
  @Column('bytea', { name: 'auth_sealed', nullable: true }) authSealed: Buffer | null;
  /** As src/model/endpoint-tls.ts says, sealed. */
  @Column('bytea', { name: 'tls_sealed', nullable: true }) tlsSealed: Buffer | null;
  @Column('text', { name: 'body_format' }) bodyFormat: BodyFormat;
  /** JSONata. */
  @Column('text', { nullable: true }) transformation: string | null;
  @Column('text') payload: Payload;
  @Column('text', { name: 'http_method' }) method: HttpMethod;
  @Column('text') signing: Signing;
  @Column('text', { name: 'signature_profile' }) signatureProfile: SignatureProfile;
  @Column('text') ordering: Ordering;
  @Column('text', { name: 'on_failure' }) onFailure: FailurePolicy;
  @Column('json', { nullable: true }) retry: RetrySchedule | null;
  @Column('integer', { name: 'timeout_ms', nullable: true }) timeoutMs: number | null;
  @Column('integer', { name: 'rate_limit_per_second', nullable: true }) rateLimitPerSecond: number | null;
  @Column('integer', { name: 'max_in_flight', nullable: true }) maxInFlight: number | null;
  @Column('jsonb') metadata: Record<string, string>;
  @Column('boolean') disabled: boolean;
  @Column('text', { name: 'disabled_reason', nullable: true }) disabledReason: DisabledReason | null;
  @Column('timestamptz', { name: 'disabled_at', nullable: true }) disabledAt: Date | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
  @Column('timestamptz', { name: 'deleted_at', nullable: true }) deletedAt: Date | null;
}
