import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressPolicy } from '../../src/egress/address-policy.js';
import { UrlPolicy, URL_LENGTH_MAX, type UrlPolicyOptions } from '../../src/egress/url-policy.js';

function policyWith(options: Partial<UrlPolicyOptions> = {}, allowedSubnets: string[] = []): UrlPolicy {
  return new UrlPolicy({ addresses: new AddressPolicy({ allowedSubnets }), allowHttp: true, ...options });
}

const policy = policyWith({ allowedPorts: 'any' });
const codeOf = (url: string, by = policy): string => {
  const verdict = by.judge(url);
  return verdict.allowed ? 'allowed' : verdict.code;
};

describe('a URL that leads inside', () => {
  it.each([
    'http://127.1/',
    'http://0/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://①②⑦.⓪.⓪.①/',
    'http://127.0.0.1./',
    'http://localhost/',
    'http://localhost./',
    'http://LOCALHOST/',
    'http://a.b.localhost/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::7f00:1]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://168.63.129.16/',
    'https://10.0.0.1:8443/hook',
  ])('is refused when it is saved: %s', (url) => {
    expect(codeOf(url)).toBe('address_blocked');
  });

  it('is refused in whatever notation an IPv4 address is written', () => {
    const blocked = fc.constantFrom([127, 0, 0, 1], [10, 1, 2, 3], [169, 254, 169, 254], [192, 168, 0, 1]);
    const notation = fc.constantFrom<(n: number) => string>(
      (n) => String(n),
      (n) => `0x${n.toString(16)}`,
      (n) => `0${n.toString(8)}`,
      (n) => `%3${String(n)[0]}${String(n).slice(1)}`,
    );
    fc.assert(
      fc.property(blocked, fc.array(notation, { minLength: 4, maxLength: 4 }), (octets, notations) => {
        const host = octets.map((octet, i) => notations[i]!(octet)).join('.');
        expect(codeOf(`http://${host}/`), host).toBe('address_blocked');
      }),
    );
  });

  it('is allowed where the operator allows the subnet', () => {
    const opened = policyWith({ allowedPorts: 'any' }, ['127.0.0.0/8']);
    for (const url of ['http://127.0.0.1:9000/', 'http://localhost:9000/', 'http://2130706433/']) {
      expect(codeOf(url, opened), url).toBe('allowed');
    }
    expect(codeOf('http://[::1]/', opened)).toBe('address_blocked');
  });

  it('says why', () => {
    expect(policy.judge('http://127.1/')).toEqual({
      allowed: false,
      code: 'address_blocked',
      reason: '127.0.0.1: deny: 127.0.0.0/8 (loopback)',
    });
  });
});

describe('a URL of the wrong shape', () => {
  it.each([
    ['https://user:secret@example.com/', 'url_credentials'],
    ['https://user@example.com/', 'url_credentials'],
    ['ftp://example.com/', 'url_scheme'],
    ['file:///etc/passwd', 'url_scheme'],
    ['javascript:alert(1)', 'url_scheme'],
    ['gopher://example.com/', 'url_scheme'],
    ['example.com/hook', 'url_invalid'],
    ['//example.com/hook', 'url_invalid'],
    ['', 'url_invalid'],
    ['https://', 'url_invalid'],
    ['https://example.com:99999/', 'url_invalid'],
    ['https://[fe80::1%25eth0]/', 'url_invalid'],
    ['https://exa mple.com/', 'url_invalid'],
    [' https://example.com/', 'url_invalid'],
    ['https://example.com/a\nb', 'url_invalid'],
    ['https:\\\\example.com\\', 'url_invalid'],
    ['https://example.com/#part', 'url_invalid'],
    ['https://a..example.com/', 'url_invalid'],
    [`https://example.com/${'a'.repeat(URL_LENGTH_MAX)}`, 'url_invalid'],
    [`https://example.com/${'é'.repeat(1000)}`, 'url_invalid'],
  ])('is refused: %s', (url, code) => {
    expect(codeOf(url)).toBe(code);
  });

  it('is refused when it is http, unless http is allowed', () => {
    expect(codeOf('http://example.com/', policyWith({ allowHttp: false }))).toBe('url_scheme');
    expect(codeOf('http://example.com/', policyWith({ allowHttp: true }))).toBe('allowed');
  });

  it('is refused for its port', () => {
    const listed = policyWith({ allowedPorts: [443, 8443] });
    expect(codeOf('https://example.com/', listed)).toBe('allowed');
    expect(codeOf('https://example.com:8443/', listed)).toBe('allowed');
    expect(codeOf('https://example.com:8080/', listed)).toBe('url_port');
    expect(codeOf('http://example.com/', listed)).toBe('url_port');

    const byDefault = policyWith();
    for (const port of [80, 443, 1024, 65535]) {
      expect(codeOf(`http://example.com:${port}/`, byDefault), String(port)).toBe('allowed');
    }
    for (const port of [22, 25, 53, 445]) {
      expect(codeOf(`http://example.com:${port}/`, byDefault), String(port)).toBe('url_port');
    }
  });

  it('never makes the policy throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.webUrl()), (url) => void policy.judge(url)));
  });
});

describe('a URL that is allowed', () => {
  it('comes back in the form to be stored', () => {
    const verdict = policy.judge('HTTPS://Bücher.Example:443/a/../b?c=ü#');
    expect(verdict.allowed && verdict.url.href).toBe('https://xn--bcher-kva.example/b?c=%C3%BC');
  });
});

describe('a name, when it is saved', () => {
  const resolvingTo = (...addresses: string[]): UrlPolicy => policyWith({ lookup: async () => addresses });

  it('is refused when one of its addresses is private', async () => {
    const mixed = resolvingTo('93.184.216.34', '10.0.0.7');
    expect(await mixed.judgeResolved('https://mixed.test/')).toEqual({
      allowed: false,
      code: 'address_blocked',
      reason: 'mixed.test is at 10.0.0.7: deny: 10.0.0.0/8 (private)',
    });
  });

  it('is refused when a name server answers something that is no address', async () => {
    expect(await resolvingTo('0x7f.1').judgeResolved('https://odd.test/')).toMatchObject({
      allowed: false,
      code: 'address_blocked',
    });
  });

  it('is allowed when all of its addresses are public', async () => {
    const verdict = await resolvingTo('93.184.216.34', '2606:4700::1').judgeResolved('https://fine.test/');
    expect(verdict).toMatchObject({ allowed: true });
    expect(verdict).not.toHaveProperty('note');
  });

  it('is allowed with a note when it does not resolve, for DNS may follow', async () => {
    const unknown = policyWith({
      lookup: () => Promise.reject(Object.assign(new Error('nope'), { code: 'ENOTFOUND' })),
    });
    expect(await unknown.judgeResolved('https://later.test/')).toMatchObject({
      allowed: true,
      note: 'later.test has no address',
    });
  });

  it('is allowed with a note when the name servers keep silent, within the deadline', async () => {
    const silent = policyWith({ lookup: () => new Promise(() => {}), dnsTimeoutMs: 30 });
    expect(await silent.judgeResolved('https://slow.test/')).toMatchObject({
      allowed: true,
      note: 'no answer about slow.test within 30 ms',
    });
  });

  it('is not looked up when the URL is refused anyway', async () => {
    const untouched = policyWith({ lookup: () => Promise.reject(new Error('looked up')) });
    expect(await untouched.judgeResolved('http://127.1/')).toMatchObject({ code: 'address_blocked' });
  });
});
