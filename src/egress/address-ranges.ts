/**
 * The ranges that a webhook may never reach unless the operator says so: everything in the IANA special-purpose
 * registries that is not globally reachable, and a few addresses that are dangerous although they look public.
 * https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry
 *
 * The first range that holds an address gives the reason, so narrower ones stand before wider ones.
 */
export const deniedIpv4: ReadonlyArray<readonly [cidr: string, name: string]> = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'carrier-grade NAT'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local, cloud metadata'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'IETF protocol assignments'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', '6to4 relay'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved, broadcast'],
  // Azure's platform services listen on this one, reachable from inside every virtual machine there.
  ['168.63.129.16/32', 'Azure platform'],
];

/** The IPv4 address stands in the last 32 bits, and is what a NAT64 gateway connects to (RFC 6052). */
export const NAT64_PREFIX = '64:ff9b::/96';

/** The same, as sockets of both families spell an IPv4 address: whoever connects to it connects to that (RFC 4291). */
export const IPV4_MAPPED_PREFIX = '::ffff:0:0/96';

export const deniedIpv6: ReadonlyArray<readonly [cidr: string, name: string]> = [
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  [IPV4_MAPPED_PREFIX, 'IPv4-mapped'],
  // Holds IPv4-compatible (::7f00:1) and IPv4-translated (::ffff:0:7f00:1) addresses too.
  ['::/8', 'reserved, embedded IPv4'],
  ['64:ff9b:1::/48', 'local-use NAT64'],
  ['100::/64', 'discard-only'],
  ['2001::/32', 'Teredo'],
  ['2001::/23', 'IETF protocol assignments'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['3fff::/20', 'documentation'],
  ['5f00::/16', 'segment routing'],
  ['fc00::/7', 'unique local'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'site-local'],
  ['ff00::/8', 'multicast'],
];

/** All global unicast that IANA has given out so far; whatever lies outside is refused without having to be listed. */
export const GLOBAL_UNICAST_IPV6 = '2000::/3';
