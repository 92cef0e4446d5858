/**
 * An endpoint's TLS identity, between the API and the store. Certificates are public and shown, so that people can see
 * when theirs expires; the key is never shown again.
 */
import { judgeTlsIdentity } from '../../egress/tls-identity.js';
import { PosthornError } from '../../errors.js';
import type { TlsIdentity } from '../../model/endpoint-tls.js';
import { HIDDEN } from './endpoint-checks.js';

/**
 * The identity as it is to be stored.
 * @throws PosthornError `endpoint_tls_refused`
 */
export function wholeTls(wanted: TlsIdentity | null, current: TlsIdentity | null): TlsIdentity | null {
  if (wanted === null || Object.keys(wanted).length === 0) return null;
  const kept = wanted.clientKey === HIDDEN ? { ...wanted, clientKey: current?.clientKey } : { ...wanted };
  const verdict = judgeTlsIdentity(kept);
  if (verdict.allowed) return kept;
  throw new PosthornError('endpoint_tls_refused', verdict.reason, {
    errors: [{ path: 'tls', message: verdict.reason }],
  });
}

export function hiddenTls(tls: TlsIdentity | null): TlsIdentity | null {
  return tls?.clientKey === undefined ? tls : { ...tls, clientKey: HIDDEN };
}
