import { Column, Entity, PrimaryColumn } from 'typeorm';

/** `endpoints_version` is not mapped: it is only ever raised, in SQL, by src/store/tenants.ts. */
@Entity('tenants')
export class TenantEntity {
  @PrimaryColumn('uuid') id: string;
  @Column('text', { name: 'external_id', nullable: true }) externalId: string | null;
  @Column('text') name: string;
  @Column('jsonb') metadata: Record<string, string>;
  @Column('boolean', { name: 'strict_event_types' }) strictEventTypes: boolean;
  @Column('integer', { name: 'emit_rate_limit_per_second', nullable: true })
  emitRateLimitPerSecond: number | null;
  @Column('boolean', { name: 'operational_events' }) operationalEvents: boolean;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
  @Column('timestamptz', { name: 'deleted_at', nullable: true }) deletedAt: Date | null;
}
