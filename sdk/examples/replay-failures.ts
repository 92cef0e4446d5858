/**
 * After an outage: reads through what failed, tells why, and does all of it again. POSTHORN_URL, POSTHORN_API_KEY (role
 * `support`), TENANT.
 */
import { Posthorn } from '@posthorn/sdk';

const { POSTHORN_URL, POSTHORN_API_KEY, TENANT } = process.env;
const posthorn = new Posthorn({ url: POSTHORN_URL!, apiKey: POSTHORN_API_KEY! });
const failed = { tenant: TENANT!, status: 'failed' as const };

const reasons = new Map<string, number>();
// Pages of two, to show that there are several; leave `limit` out, and they are of fifty.
for await (const delivery of posthorn.deliveries.list({ ...failed, limit: 2 })) {
  const reason = delivery.lastErrorCode ?? 'nothing that was tried';
  reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
}
for (const [reason, count] of reasons) console.log(`${count} failed with ${reason}`);

const replay = await posthorn.replays.create({ filter: failed });
const { status, replayed } = await posthorn.replays.untilDone(replay.id, 200);
console.log(`${replay.id} ${status}: ${replayed} replayed`);
