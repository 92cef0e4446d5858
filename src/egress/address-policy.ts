/**
 * May a webhook be sent to this IP address? Strangers choose the URLs, and we stand inside the operator's network: an
 * address that is not public must be refused, whatever it is dressed as.
 *
 * The verdict prints its reason, because it ends up in an attempt's log and in a tenant's hands. Whatever cannot be
 * parsed is refused (fail closed), which includes the lenient forms (`127.1`, `0x7f.0.0.1`) that some resolvers take.
 *
 * Precedence: what the operator denies, then what the operator allows, then the built-in ranges.
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import {
  deniedIpv4,
  deniedIpv6,
  GLOBAL_UNICAST_IPV6,
  IPV4_MAPPED_PREFIX,
  NAT64_PREFIX,
} from './address-ranges.js';

export type AddressVerdict = { allowed: true } | { allowed: false; reason: string };

type Address = ipaddr.IPv4 | ipaddr.IPv6;

interface Range {
  cidr: string;
  name: string;
  base: Address;
  bits: number;
}

const builtIn: readonly Range[] = [...deniedIpv4, ...deniedIpv6].map(([cidr, name]) =>
  parseRange(cidr, name),
);
const nat64 = parseRange(NAT64_PREFIX, 'NAT64');
const mapped = parseRange(IPV4_MAPPED_PREFIX, 'IPv4-mapped');
const globalUnicast = parseRange(GLOBAL_UNICAST_IPV6, 'global unicast');

const ALLOWED: AddressVerdict = { allowed: true };

export class AddressPolicy {
  private readonly allowed: readonly Range[];
  private readonly denied: readonly Range[];

  /** Throws when a subnet is not a CIDR or an address: a typo must stop the start, not open or close a network. */
  constructor(options: { allowedSubnets: string[]; deniedSubnets?: string[] }) {
    this.allowed = options.allowedSubnets.map((cidr) => parseRange(cidr, 'allowed by configuration'));
    this.denied = (options.deniedSubnets ?? []).map((cidr) => parseRange(cidr, 'denied by configuration'));
  }

  judge(ip: string): AddressVerdict {
    // A zone (`fe80::1%eth0`) picks one of our own network cards; nothing public has one.
    if (isIP(ip) === 0 || ip.includes('%')) return { allowed: false, reason: `deny: not an IP address` };
    return this.judgeParsed(ipaddr.parse(ip));
  }

  private judgeParsed(address: Address): AddressVerdict {
    const denied = find(this.denied, address) ?? this.deniedInside(address);
    if (denied) return deny(denied);
    if (find(this.allowed, address)) return ALLOWED;
    if (holds(nat64, address)) return this.judgeNat64(address);
    const range = find(builtIn, address);
    if (range) return deny(range);
    if (address.kind() === 'ipv6' && !holds(globalUnicast, address)) {
      return { allowed: false, reason: `deny: outside ${GLOBAL_UNICAST_IPV6} (not global unicast)` };
    }
    return ALLOWED;
  }

  /** Who allows `::/0` has not thereby allowed the IPv4 addresses that they deny, spelled as IPv6. */
  private deniedInside(address: Address): Range | undefined {
    if (!holds(nat64, address) && !holds(mapped, address)) return undefined;
    return find(this.denied, lastFourBytes(address));
  }

  private judgeNat64(address: Address): AddressVerdict {
    const verdict = this.judgeParsed(lastFourBytes(address));
    if (verdict.allowed) return verdict;
    return { allowed: false, reason: `${verdict.reason}, inside ${nat64.cidr} (${nat64.name})` };
  }
}

function lastFourBytes(address: Address): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(-4));
}

function deny(range: Range): AddressVerdict {
  return { allowed: false, reason: `deny: ${range.cidr} (${range.name})` };
}

function find(ranges: readonly Range[], address: Address): Range | undefined {
  return ranges.find((range) => holds(range, address));
}

function holds(range: Range, address: Address): boolean {
  return range.base.kind() === address.kind() && address.match(range.base, range.bits);
}

function parseRange(cidr: string, name: string): Range {
  const [ip = '', bitsText, ...rest] = cidr.trim().split('/');
  const family = isIP(ip);
  const bitsMax = family === 4 ? 32 : 128;
  const bits = bitsText === undefined ? bitsMax : Number(bitsText);
  const bitsWritten = bitsText === undefined || /^\d{1,3}$/.test(bitsText);
  if (family === 0 || ip.includes('%') || rest.length > 0 || !bitsWritten || bits > bitsMax) {
    throw new Error(`"${cidr}" is not a subnet such as 10.0.0.0/8 or fd00::/8`);
  }
  return { cidr, name, base: ipaddr.parse(ip), bits };
}
