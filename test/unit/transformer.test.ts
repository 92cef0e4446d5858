/** Customers' expressions: what they may do, what ends them, and whom they do not harm. */
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Evaluator, unavailable } from '../../src/transformation/evaluator.js';
import { Transformer } from '../../src/transformation/transformer.js';

const transformer = new Transformer({ timeMs: 500 });
afterAll(() => transformer.close());

const WAIT_MS = 20_000;
const event = {
  id: 'evt_1',
  type: 'invoice.paid',
  timestamp: 'now',
  data: { amount: 5, lines: [1, 2] },
  tags: [],
};
const run = (expression: string, line = 'one', input: unknown = event) =>
  transformer.transform(line, expression, JSON.stringify(input), WAIT_MS);

describe('an expression', () => {
  it('makes the body', async () => {
    expect(await run('{"text": type & ": " & data.amount, "sum": $sum(data.lines)}')).toEqual({
      kind: 'body',
      body: '{"text":"invoice.paid: 5","sum":3}',
    });
  });

  it('leaves nothing behind for the next', async () => {
    await run('($kept := data.amount; $kept)');
    expect(await run('$exists($kept)')).toEqual({ kind: 'body', body: 'false' });
  });

  it('that gives nothing is told so', async () => {
    expect(await run('data.missing')).toMatchObject({
      kind: 'problem',
      reason: expect.stringContaining('nothing') as string,
    });
  });

  it('that fails on data says where, and quotes the data only to who gave it', async () => {
    const told = await run('$number(data.note)', 'one', { data: { note: 'a-secret' } });
    expect(told).toMatchObject({
      kind: 'problem',
      reason: expect.stringMatching(/^JSONata D3030 at character \d+$/) as string,
    });
    expect((told as { message: string }).message).toContain('a-secret');
  });

  it('that cannot be read says why', async () => {
    expect(await transformer.transform('x', '{"a": ', null, WAIT_MS)).toMatchObject({
      kind: 'problem',
      reason: expect.stringContaining('JSONata S0') as string,
    });
    expect(await transformer.transform('x', '{"a": 1}', null, WAIT_MS)).toMatchObject({ kind: 'body' });
  });
});

describe.each([
  ['runs for ever', '($f := function($n) { $f($n + 1) }; $f(0))'],
  ['backtracks', '$match($pad("a", 40, "a") & "!", /^(a+)+$/)'],
  ['grows a list', '$map([1..3000000], function($v) { $string($v) & "xxxxxxxxxxxxxxxxxxxxxxxx" })'],
  [
    'grows a text',
    '($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $length($f("xxxxxxxx", 40)))',
  ],
  ['pads without end', '$pad("x", 999999999)'],
  ['asks for a list of everything', '$count([1..9999999])'],
  ['nests a million deep', '($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(1000000))'],
  ['gives too much', '$join($map([1..100000], function($v) { "xxxxxxxxxxxxxxxxxxxx" }))'],
])('an expression that %s', (_, expression) => {
  it('is ended, and the next one runs', async () => {
    expect(await run(expression)).toMatchObject({ kind: 'problem' });
    expect(await run('1')).toEqual({ kind: 'body', body: '1' });
  });
});

it('one that is always slow delays nobody else by more than a turn', async () => {
  const fair = new Transformer({ timeMs: 200 });
  const slow = Array.from({ length: 10 }, () =>
    fair.transform('slow', '($f := function($n) { $f($n + 1) }; $f(0))', '{}', WAIT_MS),
  );
  const begunAt = performance.now();
  // 100 evaluations for others, while the slow one has two seconds and more to spend.
  const others = Array.from({ length: 100 }, (_, index) =>
    fair.transform(`other ${index % 10}`, 'data.amount', JSON.stringify(event), WAIT_MS),
  );
  expect((await Promise.all(others)).every(({ kind }) => kind === 'body')).toBe(true);
  const othersMs = performance.now() - begunAt;
  expect((await Promise.all(slow)).every(({ kind }) => kind === 'problem')).toBe(true);
  const slowMs = performance.now() - begunAt;
  expect(slowMs).toBeGreaterThan(2_000);
  expect(othersMs).toBeLessThan(slowMs / 2);
  fair.close();
});

it('what gets no turn in time is not run, and nobody’s failure', async () => {
  const one = new Transformer({ timeMs: 300, processesMax: 1 });
  const first = one.transform('a', '($f := function($n) { $f($n + 1) }; $f(0))', '{}', WAIT_MS);
  expect(await one.transform('b', '1', '{}', 50)).toMatchObject({ kind: 'unavailable' });
  expect(await first).toMatchObject({ kind: 'problem' });
  one.close();
});

describe('a process that evaluates', () => {
  const evaluators: Evaluator[] = [];
  const start = (): Evaluator => {
    const evaluator = new Evaluator();
    evaluators.push(evaluator);
    return evaluator;
  };
  afterEach(() => {
    for (const evaluator of evaluators.splice(0)) evaluator.end(unavailable('the test is over'));
  });
  const forEver = { expression: '($f := function($n) { $f($n + 1) }; $f(0))', input: '{}' };

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('goes on when its group gets a %s', async (signal) => {
    const evaluator = start();
    await evaluator.evaluate({ expression: '1', input: '{}' }, WAIT_MS);
    process.kill(evaluator.pid!, signal);
    expect(await evaluator.evaluate({ expression: '2', input: '{}' }, WAIT_MS)).toEqual({
      kind: 'body',
      body: '2',
    });
  });

  it('that somebody ended is no fault of the expression’s', async () => {
    const evaluator = start();
    await evaluator.evaluate({ expression: '1', input: '{}' }, WAIT_MS);
    const evaluating = evaluator.evaluate(forEver, WAIT_MS);
    process.kill(evaluator.pid!, 'SIGKILL');
    expect(await evaluating).toMatchObject({ kind: 'unavailable' });
    expect(evaluator.ended).toBe(true);
  });

  it('has nothing to offer to an expression that got out of JSONata', async () => {
    const escaped = new URL('../fixtures/escaped-jsonata/jsonata.cjs', import.meta.url);
    const evaluator = new Evaluator(fileURLToPath(escaped));
    evaluators.push(evaluator);
    expect(await evaluator.evaluate({ expression: '1', input: '{}' }, WAIT_MS)).toEqual({
      kind: 'body',
      body: '[]',
    });
  });

  it('that is closed under an expression tells its owner so', async () => {
    const closing = new Transformer({ timeMs: WAIT_MS });
    const evaluating = closing.transform('a', forEver.expression, forEver.input, WAIT_MS);
    await new Promise((resolve) => setTimeout(resolve, 300));
    closing.close();
    expect(await evaluating).toMatchObject({ kind: 'unavailable' });
  });
});
