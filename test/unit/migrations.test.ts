import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { migrations } from '../../migrations/index.js';

it('lists every migration that there is, oldest first', () => {
  const timestamps = readdirSync(new URL('../../migrations', import.meta.url))
    .filter((file) => file !== 'index.ts')
    .map((file) => file.split('-', 1)[0])
    .sort();
  // TypeORM orders by the number that a migration's class name ends in.
  expect(migrations.map((migration) => /\d+$/.exec(migration.name)?.[0])).toEqual(timestamps);
});
