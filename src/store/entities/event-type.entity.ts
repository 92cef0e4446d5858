import type { Validation } from '../../model/event-type.js';
import type { JsonObject, JsonValue } from '../../model/json.js';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('event_types')
export class EventTypeEntity {
  @PrimaryColumn('text') name: string;
  @Column('text') description: string;
  @Column('json', { nullable: true }) schema: JsonObject | null;
  /** Any JSON value. */
  @Column('json', { nullable: true }) example: JsonValue;
  /** A list of any JSON values. */
  @Column('json', { nullable: true }) examples: JsonValue[] | null;
  @Column('text', { name: 'group_name', nullable: true }) group: string | null;
  @Column('text', { nullable: true }) version: string | null;
  @Column('text') validation: Validation;
  @Column('boolean') archived: boolean;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
}
