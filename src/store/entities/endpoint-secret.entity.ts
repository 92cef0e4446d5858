import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('endpoint_secrets')
export class EndpointSecretEntity {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'endpoint_id' }) endpointId: string;
  @Column('uuid', { name: 'tenant_id' }) tenantId: string;
  @Column('bytea') sealed: Buffer;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  /** Null: the current secret. Otherwise it signs beside the current one until then. */
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt: Date | null;
}
