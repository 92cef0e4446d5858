/**
 * Whom we trust and who we are, per endpoint. By default the public roots that Node brings, plus the operator's own
 * certificates; an endpoint may instead name the CA that its server's certificate must come from (that one alone, so
 * that a private CA is also a pin), and a client certificate to show (mTLS).
 */
import { createHash, X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { type TlsIdentity } from '../model/endpoint-tls.js';
import { EgressFailure, messageOf } from './failure.js';

export type { TlsIdentity };

export class TlsContexts {
  private shared: SecureContext | undefined;
  /** Undefined makes Node use its built-in root store, which is parsed once for all contexts. */
  private readonly roots: string[] | undefined;

  constructor(caCertificates: string[]) {
    this.roots = caCertificates.length > 0 ? [...rootCertificates, ...caCertificates] : undefined;
  }

  /** Throws an EgressFailure when the texts are of no use. */
  contextFor(identity: TlsIdentity | undefined): SecureContext {
    if (!identity) return (this.shared ??= createSecureContext({ ca: this.roots, minVersion: 'TLSv1.2' }));
    const verdict = judgeTlsIdentity(identity);
    if (!verdict.allowed) throw new EgressFailure('tls_identity_invalid', verdict.reason);
    return makeContext(identity, this.roots);
  }
}

/** For the moment when an endpoint is saved. */
export function judgeTlsIdentity(
  identity: TlsIdentity,
): { allowed: true } | { allowed: false; reason: string } {
  const { clientCertificate, clientKey, ca } = identity;
  if (Boolean(clientCertificate) !== Boolean(clientKey)) {
    return { allowed: false, reason: 'a client certificate and its key go together; one of them is missing' };
  }
  try {
    // OpenSSL skips what it cannot read in a CA file, which would leave nobody to trust and nobody to tell.
    if (ca) new X509Certificate(ca);
    makeContext(identity, undefined);
    return { allowed: true };
  } catch (error) {
    return { allowed: false, reason: `the certificate, key or CA is not usable PEM: ${messageOf(error)}` };
  }
}

/** By the object that an endpoint's requests share: kilobytes of PEM are not hashed for each of them. */
const keys = new WeakMap<TlsIdentity, string>();

/** Connections are shared only among requests that show the same certificate and trust the same CA. */
export function tlsIdentityKey(identity: TlsIdentity): string {
  const known = keys.get(identity);
  if (known !== undefined) return known;
  const { clientCertificate = '', clientKey = '', ca = '' } = identity;
  const key = createHash('sha256')
    .update(JSON.stringify([clientCertificate, clientKey, ca]))
    .digest('base64');
  keys.set(identity, key);
  return key;
}

function makeContext(identity: TlsIdentity, roots: string[] | undefined): SecureContext {
  return createSecureContext({
    ca: identity.ca ?? roots,
    cert: identity.clientCertificate,
    key: identity.clientKey,
    minVersion: 'TLSv1.2',
  });
}
