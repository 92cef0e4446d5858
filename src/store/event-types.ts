/** The catalog. Every change raises its version in the same transaction: emit compares it with what it has cached. */
import { In, type DataSource, type EntityManager } from 'typeorm';
import { PosthornError } from '../errors.js';
import type { Validation } from '../model/event-type.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import type { CatalogEntry } from '../model/openapi-webhooks.js';
import { recordAudit, type AuditSource } from './audit.js';
import type { Clock } from './clock.js';
import type { Queryable } from './database.js';
import { EventTypeEntity } from './entities/event-type.entity.js';
import { isUniqueViolation, transact } from './entity-transaction.js';

export interface EventTypeFields {
  description: string;
  schema: JsonObject | null;
  example: JsonValue;
  examples: JsonValue[] | null;
  group: string | null;
  version: string | null;
  validation: Validation;
  archived: boolean;
}

/** An entry with its place in the list. */
export type ListedEventType = EventTypeEntity & { id: string };

export class EventTypeStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** @throws PosthornError `conflict` */
  async create(name: string, fields: EventTypeFields, source: AuditSource): Promise<EventTypeEntity> {
    try {
      return await transact(this.dataSource, async ({ entities, sql }) => {
        await raiseCatalogVersion(sql);
        // The catalog's row is locked by now, so no two entries are of the same microsecond: lists go by that.
        await entities.insert(EventTypeEntity, {
          name,
          ...fields,
          createdAt: () => 'clock_timestamp()',
          updatedAt: () => 'clock_timestamp()',
        });
        await recordAudit(sql, this.clock, {
          ...source,
          action: 'event_type.created',
          tenantId: null,
          targetId: name,
        });
        return find(entities, name);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new PosthornError('conflict', 'The catalog has this event type already.', { cause: error });
    }
  }

  /**
   * @param check throws when what the change would leave behind is not allowed
   * @throws PosthornError `event_type_not_found`
   */
  async update(
    name: string,
    changes: Partial<EventTypeFields>,
    check: (after: EventTypeEntity) => void,
    source: AuditSource,
  ): Promise<EventTypeEntity> {
    return transact(this.dataSource, async ({ entities, sql }) => {
      await raiseCatalogVersion(sql); // and with its row's lock, changes take turns
      await find(entities, name);
      await entities.update(EventTypeEntity, { name }, { ...changes, updatedAt: () => 'clock_timestamp()' });
      await recordAudit(sql, this.clock, {
        ...source,
        action: 'event_type.updated',
        tenantId: null,
        targetId: name,
        details: { fields: Object.keys(changes) },
      });
      const after = await find(entities, name);
      check(after);
      return after;
    });
  }

  /** Events of this type that were emitted before keep its name. @throws PosthornError `event_type_not_found` */
  async delete(name: string, source: AuditSource): Promise<void> {
    await transact(this.dataSource, async ({ entities, sql }) => {
      await raiseCatalogVersion(sql);
      const { affected } = await entities.delete(EventTypeEntity, { name });
      if (affected === 0) throw new PosthornError('event_type_not_found');
      await recordAudit(sql, this.clock, {
        ...source,
        action: 'event_type.deleted',
        tenantId: null,
        targetId: name,
      });
    });
  }

  /** @throws PosthornError `event_type_not_found` */
  async get(name: string): Promise<EventTypeEntity> {
    return find(this.dataSource.manager, name);
  }

  /**
   * Each entry becomes an event type, or changes the one of its name; one version of the catalog for all of them.
   * @param dryRun only says which would be which
   */
  async importAll(
    entries: CatalogEntry[],
    dryRun: boolean,
    source: AuditSource,
  ): Promise<{ created: string[]; updated: string[] }> {
    return transact(this.dataSource, async ({ entities, sql }) => {
      if (!dryRun) await raiseCatalogVersion(sql);
      const names = entries.map((entry) => entry.name);
      const known = new Set(
        (await entities.find(EventTypeEntity, { where: { name: In(names) }, select: { name: true } })).map(
          (eventType) => eventType.name,
        ),
      );
      const result = {
        created: names.filter((name) => !known.has(name)),
        updated: names.filter((name) => known.has(name)),
      };
      if (dryRun) return result;
      for (const { name, ...fields } of entries) {
        const written = { ...fields, updatedAt: () => 'clock_timestamp()' };
        if (known.has(name)) await entities.update(EventTypeEntity, { name }, written);
        else
          await entities.insert(EventTypeEntity, { name, ...written, createdAt: () => 'clock_timestamp()' });
      }
      await recordAudit(sql, this.clock, {
        ...source,
        action: 'event_type.imported',
        tenantId: null,
        targetId: 'event-types',
        details: result,
      });
      return result;
    });
  }

  /** By name. */
  async all(): Promise<EventTypeEntity[]> {
    return this.dataSource.manager.find(EventTypeEntity, { order: { name: 'ASC' } });
  }

  /**
   * Newest first. @param page.before the `id` below which the page begins @param page.archived only such, or only others
   */
  async list(page: {
    before: string | undefined;
    limit: number;
    archived?: boolean;
  }): Promise<ListedEventType[]> {
    const rows = await this.dataSource.manager.query<(EventTypeEntity & { created_us: number })[]>(
      `SELECT e.name, e.description, e.schema, e.example, e.examples, e.group_name AS "group",
              e.version, e.validation, e.archived, e.created_at AS "createdAt",
              e.updated_at AS "updatedAt", (extract(epoch FROM e.created_at) * 1000000)::bigint AS created_us
         FROM event_types e
        WHERE ($1::bigint IS NULL OR (extract(epoch FROM e.created_at) * 1000000)::bigint < $1)
          AND ($3::boolean IS NULL OR e.archived = $3)
        ORDER BY e.created_at DESC LIMIT $2`,
      [page.before === undefined ? null : microsecondsOf(page.before), page.limit, page.archived ?? null],
    );
    return rows.map(({ created_us, ...row }) => ({ ...row, id: idOf(created_us) }));
  }
}

/** Entries are named, not numbered; lists go by ids, so the microsecond of its making, as 128 bits, serves as one. */
function idOf(createdUs: number): string {
  const hex = createdUs.toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function microsecondsOf(id: string): string {
  // A made-up cursor may hold more than a bigint does; it then stands above every entry.
  return BigInt.asUintN(63, BigInt(`0x${id.replaceAll('-', '')}`)).toString();
}

async function find(entities: EntityManager, name: string): Promise<EventTypeEntity> {
  const eventType = await entities.findOneBy(EventTypeEntity, { name });
  if (eventType === null) throw new PosthornError('event_type_not_found');
  return eventType;
}

async function raiseCatalogVersion(sql: Queryable): Promise<void> {
  await sql.query(`UPDATE catalog SET version = version + 1`);
}
