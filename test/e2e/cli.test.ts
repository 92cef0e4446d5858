/** What a developer does from a terminal, against a real Posthorn: emit, watch, send again. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/posthorn.js';
import { ADMIN_KEY } from '../support/environment.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';
import { startWayTo } from '../support/way.js';

let server: TestPosthorn;
let receiver: TestReceiver;
let tenant: string;

beforeAll(async () => {
  [server, receiver] = await Promise.all([startTestPosthorn(), startReceiver()]);
  tenant = (await server.client.createTenant()).id;
  const retry = { scheduleSeconds: [] };
  await server.client.createEndpoint(tenant, { url: receiver.url(), retry });
});
afterAll(async () => {
  await server.close();
  await receiver.close();
});

async function posthorn(
  args: string[],
  { lines = [] as string[], signal = new AbortController().signal, key = ADMIN_KEY } = {},
): Promise<{ status: number; lines: string[] }> {
  const env = { POSTHORN_URL: server.url, POSTHORN_API_KEY: key };
  const status = await run(
    args,
    env,
    (line) => lines.push(line),
    () => signal,
  );
  return { status, lines };
}

describe('posthorn emit', () => {
  it('emits the data as the text that it is', async () => {
    const data = '{"amount":1.0,"big":12345678901234567890,  "amount2": 1e2}';
    const emitted = await posthorn(['emit', 'invoice.paid', '--tenant', tenant, '--data', data]);
    expect(emitted).toEqual({
      status: 0,
      lines: [expect.stringMatching(/^evt_\w{32} is owed to 1 endpoint/)],
    });
    const [webhook] = await receiver.waitFor(({ body }) => body.includes('12345678901234567890'));
    expect(webhook!.body.toString()).toContain(data);

    const file = path.join(tmpdir(), `posthorn-cli-${process.pid}.json`);
    writeFileSync(file, '{"from":"a file"}');
    await posthorn(['emit', 'ping', '--tenant', tenant, '--data', `@${file}`, '--id', 'ping-1']);
    await receiver.waitFor(({ body }) => body.includes('{"from":"a file"}'));
  });

  it('says what is wrong with it', async () => {
    const usage = [
      ['emit'],
      ['emit', 'a', 'b'],
      ['emit', 'ping', '--data', '{oops'],
      ['emit', 'ping', '--data', '@/no/file'],
    ];
    for (const args of usage) expect((await posthorn([...args, '--tenant', tenant])).status).toBe(2);
    const refused = await posthorn(['emit', 'not a type', '--tenant', tenant]);
    expect(refused).toEqual({
      status: 1,
      lines: [expect.stringMatching(/^Refused \(validation_failed\): type/)],
    });
    const away = await posthorn(['emit', 'ping', '--tenant', tenant, '--url', 'http://127.0.0.1:1']);
    expect(away.lines[0]).toMatch(/^No answer/);
    const env = { POSTHORN_URL: server.url };
    expect(await run(['emit', 'ping'], env, () => {})).toBe(2);
  });
});

describe('posthorn deliveries tail, posthorn replay', () => {
  it('shows a delivery fail, and succeed once it is replayed', async () => {
    const interrupted = new AbortController();
    const lines: string[] = [];
    const tailing = posthorn(['deliveries', 'tail', '--tenant', tenant], {
      lines,
      signal: interrupted.signal,
    });
    const until = (pattern: RegExp) =>
      waitFor(() => lines.find((line) => pattern.test(line)), { what: `${pattern} in the tail` });
    await until(/^Waiting for deliveries/);

    receiver.respondWith({ status: 500 });
    const event = await server.client.emit(tenant, { type: 'customer.created' });
    const [delivery] = await server.client.waitForDeliveriesOf(event.id);
    await until(
      new RegExp(`${delivery!.id} customer.created to ep_\\w+: failed after 1 attempt\\(s\\): 500`),
    );

    receiver.respondWith({ status: 200 });
    expect(await posthorn(['replay', delivery!.id])).toEqual({
      status: 0,
      lines: [`${delivery!.id} is pending again.`],
    });
    await until(new RegExp(`${delivery!.id} .*: succeeded after 2 attempt`));
    interrupted.abort();
    expect((await tailing).status).toBe(0);
  });

  it('goes on when Posthorn was away for a while', async () => {
    const way = await startWayTo(server.url);
    const interrupted = new AbortController();
    const lines: string[] = [];
    const tailing = posthorn(['deliveries', 'tail', '--tenant', tenant, '--url', way.url], {
      lines,
      signal: interrupted.signal,
    });
    const until = (pattern: RegExp) =>
      waitFor(() => lines.find((line) => pattern.test(line)), { what: `${pattern} in the tail` });
    await until(/^Waiting for deliveries/);
    way.breakFor(() => true);
    await until(/No answer .*trying again in 2 s/);
    receiver.respondWith({ status: 200 });
    await server.client.emit(tenant, { type: 'meanwhile' });
    way.mend();
    await until(/meanwhile to ep_\w+: succeeded/);
    interrupted.abort();
    expect((await tailing).status).toBe(0);
    await way.close();
  });

  it('counts, and replays, all that fit a filter', async () => {
    receiver.respondWith({ status: 500 });
    const events = await Promise.all(
      [1, 2, 3].map(() => server.client.emit(tenant, { type: 'many.failed' })),
    );
    for (const event of events) {
      const [delivery] = await server.client.waitForDeliveriesOf(event.id);
      await server.client.waitForDelivery(delivery!.id, 'failed');
    }
    receiver.respondWith({ status: 200 });
    const filter = ['--tenant', tenant, '--event-type', 'many.failed', '--status', 'failed'];
    const counted = await posthorn(['replay', ...filter, '--dry-run']);
    expect(counted).toEqual({ status: 0, lines: ['3 deliveries fit.'] });
    const replayed = await posthorn(['replay', ...filter]);
    expect(replayed.lines[1]).toMatch(/^rpl_\w{32} completed: 3 of 3 are pending again/);
    expect((await posthorn(['replay', ...filter, '--dry-run'])).lines).toEqual(['0 deliveries fit.']);
  });

  it('explains each command, without a key', async () => {
    for (const command of ['listen', 'emit', 'deliveries tail', 'replay']) {
      const lines: string[] = [];
      expect(await run([...command.split(' '), '--help'], {}, (line) => lines.push(line))).toBe(0);
      expect(lines[0]).toContain(`posthorn ${command}`);
    }
  });

  it('refuses what it cannot know, and what its key may not do', async () => {
    expect((await posthorn(['replay'])).status).toBe(2);
    expect((await posthorn(['replay', 'dlv_1', '--tenant', tenant])).status).toBe(2);
    const { key } = await server.client.createApiKey('emitter');
    const forbidden = await posthorn(['deliveries', 'tail', '--tenant', tenant], { key });
    expect(forbidden).toEqual({ status: 1, lines: [expect.stringMatching(/^Refused \(forbidden\)/)] });
  });
});
