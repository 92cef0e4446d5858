/**
 * A host's addresses, judged. The same judgement serves the one who saves an endpoint and the socket that is about to
 * be opened, so the two cannot drift apart; only the second one counts, because names change their addresses.
 */
import { isIP } from 'node:net';
import { type AddressPolicy } from './address-policy.js';
import { type NameResolver } from './name-resolver.js';

export type HostVerdict = { allowed: true; addresses: string[] } | { allowed: false; reason: string };

/** The host as sockets and name servers know it: no brackets, no final dot. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'http:' ? 80 : 443;
}

/** Literals and `localhost`. Undefined when only a name server can tell. */
export function judgeKnownHost(host: string, policy: AddressPolicy): HostVerdict | undefined {
  if (isLocalhost(host)) return judgeLocalhost(policy);
  return isIP(host) === 0 ? undefined : judgeAddresses([host], policy);
}

/** Rejects with an EgressFailure (dns_…) when the name has no address. */
export async function judgeHost(
  host: string,
  policy: AddressPolicy,
  names: NameResolver,
): Promise<HostVerdict> {
  const known = judgeKnownHost(host, policy);
  if (known) return known;
  const verdict = judgeAddresses(await names.resolve(host), policy);
  return verdict.allowed ? verdict : { allowed: false, reason: `${host} is at ${verdict.reason}` };
}

/** Every answer must pass: a name with one private address among public ones was made to get inside. */
function judgeAddresses(addresses: string[], policy: AddressPolicy): HostVerdict {
  for (const address of addresses) {
    const verdict = policy.judge(address);
    if (!verdict.allowed) return { allowed: false, reason: `${address}: ${verdict.reason}` };
  }
  return { allowed: true, addresses };
}

/** RFC 6761: loopback everywhere, and no name server is to be asked about it. */
function isLocalhost(host: string): boolean {
  return /^(.+\.)?localhost$/i.test(host);
}

/**
 * No stranger chooses what `localhost` means, so here one address of two is enough: who allows 127.0.0.0/8 alone means
 * to reach http://localhost.
 */
function judgeLocalhost(policy: AddressPolicy): HostVerdict {
  const addresses = ['127.0.0.1', '::1'].filter((address) => policy.judge(address).allowed);
  return addresses.length > 0
    ? { allowed: true, addresses }
    : { allowed: false, reason: 'localhost: deny: 127.0.0.0/8, ::1/128 (loopback)' };
}
