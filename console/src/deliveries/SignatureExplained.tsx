/** What the three webhook headers of an attempt say, for a receiver that does not believe them. */
import type { Attempt } from '../api/types.js';
import { Moment } from '../kit/Moment.js';
import { Facts } from '../kit/Page.js';

export function SignatureExplained({
  attempt,
  signing,
}: {
  attempt: Attempt | undefined;
  signing: 'hmac' | 'ed25519' | undefined;
}) {
  const headers = attempt?.requestHeaders ?? {};
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  if (attempt === undefined || id === undefined || timestamp === undefined) {
    return (
      <div className="dim">
        Every request is signed by Standard Webhooks 1.0.0. Nothing has been sent yet.
      </div>
    );
  }
  const count = headers['webhook-signature']?.split(' ').length ?? 1;
  return (
    <div className="stack-tight">
      <Facts
        facts={[
          [
            'webhook-id',
            <>
              <code>{id}</code>{' '}
              <span className="dim">the same for every attempt and replay: receivers deduplicate by it</span>
            </>,
          ],
          [
            'webhook-timestamp',
            <>
              <code>{timestamp}</code>{' '}
              <span className="dim">
                this attempt, <Moment at={new Date(Number(timestamp) * 1_000)} as="full" />; receivers refuse
                what is older than 5 minutes
              </span>
            </>,
          ],
          [
            'webhook-signature',
            <span className="dim">
              {signing === 'ed25519' ? 'v1a, the ed25519 signature' : 'v1, the base64 HMAC-SHA256'} of{' '}
              <code>id.timestamp.body</code>
              {count > 1
                ? `; ${count} of them, because more than one secret is live: any that fits is good`
                : ''}
            </span>,
          ],
        ]}
      />
    </div>
  );
}
