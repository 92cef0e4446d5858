/**
 * What is secret in an endpoint's configuration: each option is JSON, sealed whole in a column of its own, so that a
 * copy of the database gives none of it away. What has no such option has NULL there and costs nothing.
 */
import type { EndpointAuth } from '../model/endpoint-auth.js';
import type { TlsIdentity } from '../model/endpoint-tls.js';
import type { Sealer, SealContext } from './sealing.js';

export interface SealedOptions {
  headersSealed: Buffer | null;
  authSealed: Buffer | null;
  tlsSealed: Buffer | null;
}

export interface OpenOptions {
  headers: Record<string, string>;
  auth: EndpointAuth | null;
  tls: TlsIdentity | null;
}

export interface OptionOwner {
  tenantId: string;
  endpointId: string;
}

/** @throws SealBrokenError when a value is under a key that is not configured */
export function openOptions(sealer: Sealer, sealed: SealedOptions, owner: OptionOwner): OpenOptions {
  const open = <T>(value: Buffer | null, purpose: SealContext['purpose'], absent: T): T =>
    value === null ? absent : (JSON.parse(sealer.open(value, { ...owner, purpose })) as T);
  return {
    headers: open<OpenOptions['headers']>(sealed.headersSealed, 'headers', {}),
    auth: open<OpenOptions['auth']>(sealed.authSealed, 'authentication', null),
    tls: open<OpenOptions['tls']>(sealed.tlsSealed, 'client_key', null),
  };
}

/** The columns of the options that are given; the rest is left out, and stays as it is. */
export function sealOptions(
  sealer: Sealer,
  { headers, auth, tls }: Partial<OpenOptions>,
  owner: OptionOwner,
): Partial<SealedOptions> {
  const seal = (value: object | null, purpose: SealContext['purpose']): Buffer | null =>
    value === null || Object.keys(value).length === 0
      ? null
      : sealer.seal(JSON.stringify(value), { ...owner, purpose });
  return {
    ...(headers !== undefined && { headersSealed: seal(headers, 'headers') }),
    ...(auth !== undefined && { authSealed: seal(auth, 'authentication') }),
    ...(tls !== undefined && { tlsSealed: seal(tls, 'client_key') }),
  };
}
