/**
 * Checks a signature as a receiver does (Standard Webhooks 1.0.0), in the browser: neither secret nor body leave it.
 * With a secret it is an HMAC that is checked (v1), with a public key an ed25519 signature (v1a).
 */
export interface Signed {
  /** Or the public key. */
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

/** The kinds of keys: what they begin with, and what their signatures do. */
const kinds = {
  hmac: { prefix: 'whsec_', version: 'v1,', verify: verifyHmac },
  ed25519: { prefix: 'whpk_', version: 'v1a,', verify: verifyEd25519 },
};

type Bytes = Uint8Array<ArrayBuffer>;

export async function check(signed: Signed, nowMs: number): Promise<Verdict> {
  const { id, timestamp, body } = signed;
  const secret = signed.secret.trim();
  if (!/^\d+$/.test(timestamp)) return bad('webhook-timestamp is not a number of seconds.');
  const { prefix, version, verify } = secret.startsWith(kinds.ed25519.prefix) ? kinds.ed25519 : kinds.hmac;
  const key = bytesOf(secret.replace(new RegExp(`^${prefix}`), ''));
  if (key === undefined) return bad(`The key is not ${prefix} and base64.`);
  const given = signed.signatures
    .trim()
    .split(/\s+/)
    .filter((each) => each.startsWith(version))
    .map((each) => bytesOf(each.slice(version.length)))
    .filter((each) => each !== undefined);
  if (given.length === 0) return bad(`webhook-signature has no signature that begins with ${version}.`);
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  let fits: boolean[];
  try {
    fits = await Promise.all(given.map((signature) => verify(key, signature, content)));
  } catch {
    return bad(
      'This browser cannot use that key: it is not whole, or of a kind that the browser does not know.',
    );
  }
  if (!fits.includes(true)) {
    return bad(
      'No signature fits. Either the key is another one, or the body was changed on its way: a space or a line break is enough.',
    );
  }
  return { good: true, aged: Math.abs(nowMs / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS };
}

async function verifyHmac(key: Bytes, signature: Bytes, content: Bytes): Promise<boolean> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', key, algorithm, false, ['verify']);
  return crypto.subtle.verify('HMAC', imported, signature, content);
}

async function verifyEd25519(key: Bytes, signature: Bytes, content: Bytes): Promise<boolean> {
  const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', imported, signature, content);
}

function bytesOf(base64: string): Bytes | undefined {
  try {
    const text = atob(base64);
    return text === '' ? undefined : Uint8Array.from(text, (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function bad(reason: string): Verdict {
  return { good: false, reason };
}
