import { expect, it } from 'vitest';
import { prettyLine } from '../../src/telemetry/pretty.js';

/** Without colours. */
function plain(entry: object): string {
  // eslint-disable-next-line no-control-regex -- that is what a colour is
  return prettyLine(JSON.stringify(entry)).replace(/\u001b\[\d+m/g, '');
}

it('writes a line for people: time, level, what happened, and the rest', () => {
  const line = plain({
    level: 30,
    time: '2026-11-21T11:22:41.277Z',
    deliveryId: 'dlv_1',
    statusCode: 200,
    msg: 'delivery.attempted',
  });
  expect(line).toBe('11:22:41.277 info  delivery.attempted deliveryId=dlv_1 statusCode=200\n');
});

it('keeps what receivers say from moving the cursor', () => {
  const line = prettyLine(JSON.stringify({ level: 40, time: '', reason: 'a\n\u001b[2J\u009b2Jb', msg: 'x' }));
  expect(line.split('\n')).toHaveLength(2);
  expect(line).not.toContain('\u001b[2J');
  expect(line).not.toContain('\u009b');
});

it('shows a fault with its stack, and passes on what is not JSON', () => {
  expect(plain({ level: 50, time: '', err: { stack: 'Error: x\n    at y' }, msg: 'm' })).toContain(
    '\n    at y',
  );
  expect(prettyLine('plain words\n')).toBe('plain words\n');
});
