/**
 * Emits one event: POSTHORN_URL, POSTHORN_API_KEY (role `emitter` is enough) and TENANT.
 *
 * The idempotency key names what happened, not this call: were this program to crash and run again, the event would still
 * be sent once.
 */
import { Posthorn, RefusedError } from '@posthorn/sdk';

const { POSTHORN_URL, POSTHORN_API_KEY, TENANT } = process.env;
const posthorn = new Posthorn({ url: POSTHORN_URL!, apiKey: POSTHORN_API_KEY! });
const invoice = { id: 'in_4711', amount: 12_500 };

try {
  const event = await posthorn.events.emit(
    TENANT!,
    { type: 'invoice.paid', data: invoice },
    { idempotencyKey: `${invoice.id}-paid` },
  );
  console.log(`${event.id} is owed to ${event.deliveries} endpoints`);
} catch (error) {
  if (!(error instanceof RefusedError)) throw error;
  console.error(`Refused (${error.code}): ${error.message}`);
  process.exitCode = 1;
}
