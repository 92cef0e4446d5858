import { describe, expect, it } from 'vitest';
import { GroupCommit, type GroupCommitOptions } from '../../src/store/group-commit.js';

describe('group commit', () => {
  it('answers each caller with the answer of its own item', async () => {
    const { group } = committing({ itemsMax: 7 });
    const answers = await Promise.all(Array.from({ length: 100 }, (_, item) => group.submit(item)));
    expect(answers).toEqual(Array.from({ length: 100 }, (_, item) => item * 2));
  });

  it('commits alone what comes alone, and together what comes together', async () => {
    const { group, groups } = committing({ groupsMax: 1 });
    await group.submit(1);
    await Promise.all([2, 3, 4, 5].map((item) => group.submit(item)));
    expect(groups).toEqual([[1], [2, 3, 4, 5]]);
  });

  it('keeps to the size of a group and to the number under way', async () => {
    let underWay = 0;
    let most = 0;
    const { group, groups } = committing({
      itemsMax: 10,
      groupsMax: 3,
      before: async () => {
        most = Math.max(most, ++underWay);
        await new Promise(setImmediate);
        underWay--;
      },
    });
    await Promise.all(Array.from({ length: 95 }, (_, item) => group.submit(item)));
    expect(Math.max(...groups.map((items) => items.length))).toBe(10);
    expect(most).toBe(3);
  });

  it('rejects the one bad item and none of its neighbours', async () => {
    const { group } = committing({ bad: (item) => item === 13 });
    const results = await Promise.allSettled(Array.from({ length: 50 }, (_, item) => group.submit(item)));
    expect(results.flatMap((result, item) => (result.status === 'rejected' ? [item] : []))).toEqual([13]);
  });

  it('rejects the whole group at once when the database is away', async () => {
    const { group, groups } = committing({ bad: () => true, isFatal: () => true });
    const results = await Promise.allSettled([1, 2, 3].map((item) => group.submit(item)));
    expect(results.every((result) => result.status === 'rejected')).toBe(true);
    expect(groups).toHaveLength(1);
  });

  it('refuses what it cannot hold instead of growing', async () => {
    const { group } = committing({ waitingMax: 2, groupsMax: 1 });
    const results = await Promise.allSettled([1, 2, 3].map((item) => group.submit(item)));
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });

  it('drains: resolves when nothing is left', async () => {
    const { group, groups } = committing({});
    const answers = [1, 2, 3].map((item) => group.submit(item));
    await group.drain();
    expect(groups.flat()).toHaveLength(3);
    await Promise.all(answers);
  });
});

function committing(
  options: Partial<GroupCommitOptions<number, number>> & {
    bad?: (item: number) => boolean;
    before?: () => Promise<void>;
  },
) {
  const groups: number[][] = [];
  const group = new GroupCommit<number, number>({
    itemsMax: 100,
    groupsMax: 2,
    waitingMax: 1_000,
    overflow: () => new Error('overflow'),
    isFatal: () => false,
    commit: async (items) => {
      groups.push(items);
      await options.before?.();
      await new Promise(setImmediate);
      if (options.bad !== undefined && items.some(options.bad)) throw new Error('bad item');
      return items.map((item) => item * 2);
    },
    ...options,
  });
  return { group, groups };
}
