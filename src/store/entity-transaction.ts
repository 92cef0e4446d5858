/** One transaction, through TypeORM's entities and through SQL alike. */
import type { DataSource, EntityManager } from 'typeorm';
import type { Queryable } from './database.js';

export interface EntityTransaction {
  entities: EntityManager;
  sql: Queryable;
}

/** READ COMMITTED. A crash or an error anywhere inside leaves nothing behind. */
export async function transact<T>(
  dataSource: DataSource,
  work: (transaction: EntityTransaction) => Promise<T>,
): Promise<T> {
  return dataSource.transaction((entities) => work({ entities, sql: sqlOf(entities) }));
}

function sqlOf(entities: EntityManager): Queryable {
  return {
    query: async <R extends object>(statement: string | { text: string }, values: unknown[] = []) => {
      const text = typeof statement === 'string' ? statement : statement.text;
      const result = await entities.queryRunner!.query(text, values, true);
      return { rows: (result.records ?? []) as R[], rowCount: result.affected ?? null };
    },
  };
}

/** For single SELECTs through TypeORM's connections. */
export function selecting(dataSource: DataSource): Queryable {
  return {
    query: async <R extends object>(statement: string | { text: string }, values: unknown[] = []) => {
      const rows = await dataSource.query<R[]>(
        typeof statement === 'string' ? statement : statement.text,
        values,
      );
      return { rows, rowCount: rows.length };
    },
  };
}

/** SQLSTATE of a unique index that was hit. */
const UNIQUE_VIOLATION = '23505';

export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const { code, constraint: hit } = error as { code?: unknown; constraint?: unknown };
  return code === UNIQUE_VIOLATION && (constraint === undefined || hit === constraint);
}
