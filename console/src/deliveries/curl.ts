/**
 * The request of a delivery as a shell command that signs for itself, so that it can be tried as often as one likes. What
 * comes from outside is quoted so that a shell takes it as text. An ed25519 signature needs a key that nobody has here:
 * there the last attempt's own headers are sent again, which a receiver believes for five minutes.
 */
import type { Attempt, Endpoint } from '../api/types.js';
import type { EventWithText } from './event.js';

/** @param origin where this Posthorn is reached, for the link in a thin payload */
export function curlOf(
  endpoint: Endpoint,
  event: EventWithText,
  lastAttempt: Attempt | undefined,
  origin: string,
): string {
  const signed = endpoint.signing === 'ed25519' ? sentBefore(lastAttempt) : signedNow(endpoint);
  const contentType = endpoint.bodyFormat === 'cloudevents' ? 'cloudevents+json' : 'json';
  const headers = [
    `'content-type: application/${contentType}'`,
    ...(endpoint.auth === null ? [] : [quoted('authorization: …')]),
    ...Object.keys(endpoint.headers).map((name) => quoted(`${name}: …`)),
    ...signed.headers,
  ];
  return [
    `BODY=${quoted(bodyOf(endpoint, event, origin))}`,
    ...signed.before(event.id),
    `curl -i -X ${endpoint.method} ${quoted(endpoint.url)} \\`,
    ...headers.map((header) => `  -H ${header} \\`),
    `  --data-raw "$BODY"`,
  ].join('\n');
}

interface SignedPart {
  /** What stands before the command. */
  before: (eventId: string) => string[];
  headers: string[];
}

function sentBefore(attempt: Attempt | undefined): SignedPart {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  return {
    before: () => [],
    headers: names.map((name) => quoted(`${name}: ${attempt?.requestHeaders[name] ?? '…'}`)),
  };
}

function signedNow({ signatureProfile }: Endpoint): SignedPart {
  const hex = (text: string) =>
    `$(printf %s "${text}" | openssl dgst -sha256 -mac HMAC -macopt "key:$SECRET" -hex | sed 's/.* //')`;
  const compatible = {
    none: [],
    svix: ['"svix-id: $ID"', '"svix-timestamp: $TIMESTAMP"', '"svix-signature: v1,$SIGNATURE"'],
    github: [`"x-hub-signature-256: sha256=${hex('$BODY')}"`],
    stripe: [`"stripe-signature: t=$TIMESTAMP,v1=${hex('$TIMESTAMP.$BODY')}"`],
  }[signatureProfile];
  return {
    before: (eventId) => [
      `SECRET='whsec_…'   # the endpoint’s signing secret`,
      `ID=${quoted(eventId)}`,
      `TIMESTAMP=$(date +%s)`,
      `KEY=$(printf %s "\${SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')`,
      `SIGNATURE=$(printf %s "$ID.$TIMESTAMP.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)`,
    ],
    headers: [
      '"webhook-id: $ID"',
      '"webhook-timestamp: $TIMESTAMP"',
      '"webhook-signature: v1,$SIGNATURE"',
      ...compatible,
    ],
  };
}

/** As src/dispatcher/body.ts makes it. */
function bodyOf(endpoint: Endpoint, event: EventWithText, origin: string): string {
  const { id, tenantId, type, occurredAt, dataText = 'null' } = event;
  const href = `${origin}/v1/tenants/${tenantId}/events/${id}`;
  const data = endpoint.payload === 'thin' ? JSON.stringify({ id, tenantId, href }) : dataText;
  const members = (values: Record<string, string>) =>
    Object.entries(values)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(',');
  switch (endpoint.bodyFormat) {
    case 'raw':
      return data;
    case 'standard':
      return `{${members({ type, timestamp: occurredAt })},"data":${data}}`;
    case 'cloudevents': {
      const source = `/tenants/${tenantId}`;
      const attributes = { specversion: '1.0', id, source, type, time: occurredAt };
      return `{${members({ ...attributes, datacontenttype: 'application/json' })},"data":${data}}`;
    }
  }
}

/** Within single quotes a shell reads nothing but the next single quote. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
