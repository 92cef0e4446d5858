/**
 * The API's own connections for plain SQL: TypeORM's pool, asked without TypeORM, because the log's statements must be
 * prepared (with a month of partitions, planning one takes ten times as long as running it).
 */
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import type { Queryable } from './database.js';

export function apiPool(dataSource: DataSource): Queryable {
  return {
    query: (statement, values = []) => {
      // Made by TypeORM when it connects, which it has once anybody can call this.
      const pool = (dataSource.driver as unknown as { master: pg.Pool }).master;
      return pool.query(
        typeof statement === 'string' ? { text: statement, values } : { ...statement, values },
      );
    },
  };
}
