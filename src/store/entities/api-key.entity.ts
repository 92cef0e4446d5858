import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { KeyRole } from '../../model/api-key.js';

@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
  @Column('text') role: KeyRole;
  /** SHA-256. Left out of what is read unless asked for: nothing that lists keys needs it. */
  @Column('bytea', { name: 'key_hash', select: false }) keyHash: Buffer;
  @Column('text') hint: string;
  @Column('uuid', { name: 'tenant_id', nullable: true }) tenantId: string | null;
  @Column('text', { name: 'event_types', array: true, nullable: true }) eventTypes: string[] | null;
  @Column('boolean', { name: 'payload_access' }) payloadAccess: boolean;
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt: Date | null;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt: Date | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt: Date | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
}
