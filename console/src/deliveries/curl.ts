/** The request of a delivery as a shell command. What comes from outside is quoted so that a shell takes it as text. */
import type { Endpoint } from '../api/types.js';
import type { EventWithText } from './event.js';

export function curlOf(endpoint: Endpoint, event: EventWithText): string {
  const body = bodyOf(endpoint, event);
  const custom = Object.keys(endpoint.headers).map((name) => `  -H ${quoted(`${name}: …`)} \\`);
  return [
    `SECRET='whsec_…'   # the endpoint’s signing secret`,
    `ID=${quoted(event.id)}`,
    `TIMESTAMP=$(date +%s)`,
    `BODY=${quoted(body)}`,
    `KEY=$(printf %s "\${SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')`,
    `SIGNATURE=$(printf %s "$ID.$TIMESTAMP.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)`,
    `curl -i -X POST ${quoted(endpoint.url)} \\`,
    `  -H 'content-type: ${endpoint.bodyFormat === 'cloudevents' ? 'application/cloudevents+json' : 'application/json'}' \\`,
    ...custom,
    `  -H "webhook-id: $ID" -H "webhook-timestamp: $TIMESTAMP" -H "webhook-signature: v1,$SIGNATURE" \\`,
    `  --data-raw "$BODY"`,
  ].join('\n');
}

function bodyOf(
  { bodyFormat }: Endpoint,
  { id, type, occurredAt, dataText: text = 'null' }: EventWithText,
): string {
  if (bodyFormat === 'raw') return text;
  const member = (name: string, value: string) => `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  if (bodyFormat === 'standard')
    return `{${member('type', type)},${member('timestamp', occurredAt)},"data":${text}}`;
  const members = [
    member('specversion', '1.0'),
    member('id', id),
    member('type', type),
    member('time', occurredAt),
  ];
  return `{${members.join(',')},"data":${text}}`;
}

/** Within single quotes a shell reads nothing but the next single quote. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
