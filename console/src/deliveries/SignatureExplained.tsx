/** What the signature headers of an attempt say, for a receiver that does not believe them. */
import type { ReactNode } from 'react';
import type { Attempt, Endpoint } from '../api/types.js';
import { Moment } from '../kit/Moment.js';
import { Facts } from '../kit/Page.js';

interface Props {
  attempt: Attempt | undefined;
  endpoint: Endpoint | undefined;
}

/** What each vendor signs, in its own header. */
const compatible: Record<string, { header: string; signs: ReactNode }> = {
  'svix-signature': { header: 'svix-*', signs: 'the same three once more, under Svix’s names' },
  'stripe-signature': {
    header: 'stripe-signature',
    signs: (
      <>
        t, and v1: the hex HMAC-SHA256 of <code>t.body</code>, under the whole secret
      </>
    ),
  },
  'x-hub-signature-256': {
    header: 'x-hub-signature-256',
    signs: 'as GitHub does it: the hex HMAC-SHA256 of the body, under the whole secret',
  },
};

export function SignatureExplained({ attempt, endpoint }: Props) {
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
  const signatures = headers['webhook-signature']?.split(' ') ?? [];
  const isEd25519 = signatures[0]?.startsWith('v1a,') ?? endpoint?.signing === 'ed25519';
  const extra = Object.entries(compatible).filter(([name]) => headers[name] !== undefined);
  const facts: [string, ReactNode][] = [
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
          this attempt, <Moment at={new Date(Number(timestamp) * 1_000)} as="full" />; receivers refuse what
          is older than 5 minutes
        </span>
      </>,
    ],
    [
      'webhook-signature',
      <span className="dim">
        {isEd25519 ? 'v1a, the ed25519 signature' : 'v1, the base64 HMAC-SHA256'} of{' '}
        <code>id.timestamp.body</code>
        {signatures.length > 1
          ? `; ${signatures.length} of them, because more than one secret is live: any that fits is good`
          : ''}
      </span>,
    ],
    ...extra.map(([, { header, signs }]): [string, ReactNode] => [
      header,
      <span className="dim">{signs}</span>,
    ]),
  ];
  return (
    <div className="stack-tight">
      <Facts facts={facts} />
    </div>
  );
}
