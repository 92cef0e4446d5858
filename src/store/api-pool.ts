/**
 * The API's own connections for plain SQL: TypeORM's pool, asked without TypeORM, because the log's statements must be
 * prepared (with a month of partitions, planning one takes ten times as long as running it).
 */
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import type { Queryable, Statement } from './database.js';
import { transact } from './entity-transaction.js';

export class ApiPool implements Queryable {
  constructor(private readonly dataSource: DataSource) {}

  query<R extends object>(statement: string | Statement, values: unknown[] = []) {
    // Made by TypeORM when it connects, which it has before anybody can call this.
    const { master } = this.dataSource.driver as unknown as { master: pg.Pool };
    return master.query<R>(
      typeof statement === 'string' ? { text: statement, values } : { ...statement, values },
    );
  }

  /** READ COMMITTED. A crash or an error anywhere inside leaves nothing behind. */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return transact(this.dataSource, ({ sql }) => work(sql));
  }
}
