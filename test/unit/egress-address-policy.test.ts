/**
 * The classifier against the published ranges. The expectation is computed here a second time, with big integers and
 * nothing of the classifier's own, so that a slip in one of the two shows.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressPolicy } from '../../src/egress/address-policy.js';

const ipv4Denied = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '168.63.129.16/32',
];

/** [first 32 bits in hex, significant bits]: every range of IPv6 that is refused is this short. */
const ipv6Denied: [cidr: string, prefix: bigint, bits: number][] = [
  ['::/8', 0x0000_0000n, 8],
  ['100::/64', 0x0100_0000n, 32], // its next 32 bits are zero as well; see the property
  ['2001::/23', 0x2001_0000n, 23],
  ['2001:db8::/32', 0x2001_0db8n, 32],
  ['2002::/16', 0x2002_0000n, 16],
  ['3fff::/20', 0x3fff_0000n, 20],
  ['5f00::/16', 0x5f00_0000n, 16],
  ['fc00::/7', 0xfc00_0000n, 7],
  ['fe80::/10', 0xfe80_0000n, 10],
  ['fec0::/10', 0xfec0_0000n, 10],
  ['ff00::/8', 0xff00_0000n, 8],
];

const policy = new AddressPolicy({ allowedSubnets: [] });
const allowed = (ip: string): boolean => policy.judge(ip).allowed;

const ipv4Text = (n: number): string => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.');

function ipv4Number(text: string): number {
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function ipv6Text(n: bigint): string {
  return Array.from({ length: 8 }, (_, i) => ((n >> BigInt(112 - 16 * i)) & 0xffffn).toString(16)).join(':');
}

function inIpv4(n: number, cidr: string): boolean {
  const [base = '', bits = ''] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(n / size) === Math.floor(ipv4Number(base) / size);
}

const anyIpv4 = fc.oneof(
  fc.nat(0xffff_ffff),
  // Inside and just outside the ranges, where mistakes live.
  fc
    .tuple(fc.constantFrom(...ipv4Denied), fc.integer({ min: -2, max: 2 }), fc.boolean())
    .map(([cidr, offset, atEnd]) => {
      const [base = '', bits = ''] = cidr.split('/');
      const edge = ipv4Number(base) + (atEnd ? 2 ** (32 - Number(bits)) - 1 : 0);
      return Math.min(0xffff_ffff, Math.max(0, edge + offset));
    }),
);

describe('address policy, IPv4', () => {
  it('refuses exactly the published ranges', () => {
    fc.assert(
      fc.property(anyIpv4, (n) => {
        const expected = !ipv4Denied.some((cidr) => inIpv4(n, cidr));
        expect(allowed(ipv4Text(n))).toBe(expected);
      }),
      { numRuns: 20_000 },
    );
  });

  it.each(ipv4Denied)('refuses the first and the last address of %s', (cidr) => {
    const [base = '', bits = ''] = cidr.split('/');
    const first = ipv4Number(base);
    expect(allowed(ipv4Text(first))).toBe(false);
    expect(allowed(ipv4Text(first + 2 ** (32 - Number(bits)) - 1))).toBe(false);
  });

  it('allows public addresses', () => {
    for (const ip of ['1.1.1.1', '8.8.8.8', '93.184.216.34', '172.32.0.1', '100.128.0.1', '168.63.129.17']) {
      expect(allowed(ip), ip).toBe(true);
    }
  });

  it('says which range it was', () => {
    expect(policy.judge('10.1.2.3')).toEqual({ allowed: false, reason: 'deny: 10.0.0.0/8 (private)' });
    expect(policy.judge('169.254.169.254')).toEqual({
      allowed: false,
      reason: 'deny: 169.254.0.0/16 (link-local, cloud metadata)',
    });
  });
});

describe('address policy, IPv6', () => {
  it('refuses everything in the published ranges, whatever follows the prefix', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ipv6Denied),
        fc.bigInt(0n, (1n << 128n) - 1n),
        ([cidr, prefix, bits], noise) => {
          const keep = cidr === '100::/64' ? 64n : BigInt(bits);
          const address = (prefix << 96n) | (noise & ((1n << (128n - keep)) - 1n));
          // NAT64 lies inside ::/8 and is judged by the address that it carries.
          fc.pre(address >> 32n !== 0x0064_ff9b_0000_0000_0000_0000n);
          expect(allowed(ipv6Text(address)), ipv6Text(address)).toBe(false);
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it('refuses all that is not global unicast, listed or not', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << 128n) - 1n), (address) => {
        fc.pre(address >> 125n !== 1n && address >> 32n !== 0x0064_ff9b_0000_0000_0000_0000n);
        expect(allowed(ipv6Text(address))).toBe(false);
      }),
    );
  });

  it('allows global unicast outside the published ranges', () => {
    fc.assert(
      fc.property(fc.bigInt(1n << 125n, (1n << 126n) - 1n), (address) => {
        const listed = ipv6Denied.some(([, prefix, bits]) => {
          const shift = BigInt(128 - bits);
          return address >> shift === (prefix << 96n) >> shift;
        });
        expect(allowed(ipv6Text(address))).toBe(!listed);
      }),
      { numRuns: 5_000 },
    );
  });

  it('judges NAT64 by the IPv4 address inside it', () => {
    fc.assert(
      fc.property(anyIpv4, (n) => {
        const hex = n.toString(16).padStart(8, '0');
        const ip = `64:ff9b::${hex.slice(0, 4)}:${hex.slice(4)}`;
        expect(allowed(ip)).toBe(allowed(ipv4Text(n)));
      }),
    );
    expect(policy.judge('64:ff9b::a9fe:a9fe')).toMatchObject({
      reason: 'deny: 169.254.0.0/16 (link-local, cloud metadata), inside 64:ff9b::/96 (NAT64)',
    });
    expect(allowed('64:ff9b:1::808:808')).toBe(false);
  });

  it('refuses IPv4 in other disguises', () => {
    const disguises = [
      '::ffff:127.0.0.1',
      '::ffff:8.8.8.8',
      '::127.0.0.1',
      '::ffff:0:7f00:1',
      '2002:7f00:1::',
      '2001:0:7f00:1::',
    ];
    for (const ip of disguises) expect(allowed(ip), ip).toBe(false);
  });

  it('allows public addresses', () => {
    for (const ip of ['2606:4700:4700::1111', '2a00:1450:4001:82a::200e', '2001:4860:4860::8888']) {
      expect(allowed(ip), ip).toBe(true);
    }
  });
});

describe('address policy, what the operator says', () => {
  it('refuses IPv4 that is denied in whatever it is spelled, though all of IPv6 is allowed', () => {
    const policy = new AddressPolicy({
      allowedSubnets: ['::/0', '0.0.0.0/0'],
      deniedSubnets: ['10.1.0.0/16'],
    });
    for (const ip of ['10.1.2.3', '::ffff:10.1.2.3', '64:ff9b::a01:203']) {
      expect(policy.judge(ip), ip).toEqual({
        allowed: false,
        reason: 'deny: 10.1.0.0/16 (denied by configuration)',
      });
    }
    expect(policy.judge('::ffff:10.2.2.3')).toEqual({ allowed: true });
  });

  it('allows the subnets given, and nothing beside them', () => {
    const opened = new AddressPolicy({ allowedSubnets: ['10.1.0.0/16', 'fd00:1::/32', '127.0.0.1'] });
    for (const ip of ['10.1.255.255', 'fd00:1::5', '127.0.0.1', '64:ff9b::a01:1']) {
      expect(opened.judge(ip), ip).toEqual({ allowed: true });
    }
    for (const ip of ['10.2.0.0', 'fd00:2::5', '127.0.0.2', '::1']) {
      expect(opened.judge(ip).allowed, ip).toBe(false);
    }
  });

  it('denies what is denied, even inside what is allowed', () => {
    const narrowed = new AddressPolicy({
      allowedSubnets: ['10.0.0.0/8'],
      deniedSubnets: ['10.9.0.0/16', '8.8.8.0/24', '2606:4700::/32'],
    });
    expect(narrowed.judge('10.8.0.1').allowed).toBe(true);
    expect(narrowed.judge('10.9.0.1')).toEqual({
      allowed: false,
      reason: 'deny: 10.9.0.0/16 (denied by configuration)',
    });
    for (const ip of ['8.8.8.8', '64:ff9b::808:808', '2606:4700::1']) {
      expect(narrowed.judge(ip).allowed, ip).toBe(false);
    }
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '10.0.0.0/-1',
    'example.com',
    '',
    '::/129',
  ])('does not start with the subnet %j', (subnet) => {
    expect(() => new AddressPolicy({ allowedSubnets: [subnet] })).toThrow('is not a subnet');
  });
});

describe('address policy, what is no address', () => {
  it.each([
    '127.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '2130706433',
    '8.8.8.8 ',
    'fe80::1%eth0',
    '[2606::1]',
    'a',
    '',
  ])('refuses %j', (text) => {
    expect(allowed(text)).toBe(false);
  });

  it('refuses any text at all, and never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(allowed(text)).toBe(false);
      }),
    );
  });
});
