import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('audit_log')
export class AuditRecordEntity {
  @PrimaryColumn('uuid') id: string;
  @Column('text', { name: 'actor_kind' }) actorKind: 'key' | 'portal' | 'system';
  @Column('text', { name: 'actor_id', nullable: true }) actorId: string | null;
  @Column('text', { name: 'actor_name', nullable: true }) actorName: string | null;
  @Column('uuid', { name: 'tenant_id', nullable: true }) tenantId: string | null;
  @Column('text') action: string;
  @Column('text', { name: 'target_id', nullable: true }) targetId: string | null;
  @Column('jsonb') details: Record<string, unknown>;
  @Column('text', { name: 'remote_address', nullable: true }) remoteAddress: string | null;
  @Column('text', { name: 'request_id', nullable: true }) requestId: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
}
