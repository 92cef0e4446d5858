/**
 * Checks a signature as a receiver does (Standard Webhooks 1.0.0), in the browser: neither secret nor body leave it.
 * WebCrypto compares nothing for us, and need not in constant time: whoever looks on has the secret before them.
 */
export interface Signed {
  secret: string;
  id: string;
  timestamp: string;
  body: string;
  /** The header: one or more, separated by spaces. */
  signatures: string;
}

export type Verdict = { good: true; aged: boolean } | { good: false; reason: string };

/** What the published libraries allow. */
const TOLERANCE_SECONDS = 300;

export async function check(signed: Signed, nowMs: number): Promise<Verdict> {
  const { secret, id, timestamp, body } = signed;
  if (!/^\d+$/.test(timestamp)) return bad('webhook-timestamp is not a number of seconds.');
  const bytes = secretBytes(secret);
  if (bytes === undefined) return bad('The secret is not whsec_ and base64.');
  const given = signed.signatures
    .trim()
    .split(/\s+/)
    .filter((each) => each.startsWith('v1,'));
  if (given.length === 0) return bad('webhook-signature has no signature that begins with v1,.');
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(`${id}.${timestamp}.${body}`));
  const expected = `v1,${btoa(String.fromCharCode(...new Uint8Array(mac)))}`;
  if (!given.includes(expected)) {
    return bad(
      'No signature fits. Either the secret is another one, or the body was changed on its way: a space or a line break is enough.',
    );
  }
  return { good: true, aged: Math.abs(nowMs / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS };
}

function secretBytes(secret: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const text = atob(secret.trim().replace(/^whsec_/, ''));
    return text === '' ? undefined : Uint8Array.from(text, (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function bad(reason: string): Verdict {
  return { good: false, reason };
}
