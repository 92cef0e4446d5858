/**
 * May this URL be an endpoint? Answers what can be known when it is saved, so that a typo or a private address is
 * refused while somebody is looking. It does not replace the judgement at each attempt: names change their addresses.
 *
 * The WHATWG parser does the undressing: `http://0x7f.1/`, `http://2130706433/` and `http://①②⑦.⓪.⓪.①/` all come out
 * as 127.0.0.1. What it would silently repair (spaces, tabs, line breaks, backslashes) is refused instead, because the
 * next parser in the chain may repair it differently. A fragment is refused too: it would never be sent.
 *
 * Save `url.href`, not the text that was typed.
 */
import { type AddressPolicy } from './address-policy.js';
import { EgressFailure } from './failure.js';
import { hostOf, judgeHost, judgeKnownHost, portOf } from './host.js';
import { NameResolver, type Lookup } from './name-resolver.js';

export type UrlRefusalCode =
  'url_invalid' | 'url_scheme' | 'url_credentials' | 'url_port' | 'address_blocked';

/** Without a list 80, 443 and everything from 1024 up: the rest are services that do not speak HTTP. */
export type AllowedPorts = number[] | 'any' | undefined;

export type UrlVerdict =
  /** `note` is for the person who saves: the URL is allowed, yet something is odd about it now. */
  { allowed: true; url: URL; note?: string } | { allowed: false; code: UrlRefusalCode; reason: string };

export interface UrlPolicyOptions {
  addresses: AddressPolicy;
  allowHttp: boolean;
  allowedPorts?: AllowedPorts;
  lookup?: Lookup;
  dnsTimeoutMs?: number;
}

/** What practically every server, proxy and log line takes. */
export const URL_LENGTH_MAX = 2048;

/** A person waits for the answer, and "does not resolve" is no reason to refuse. */
const DNS_TIMEOUT_MS = 3_000;

export class UrlPolicy {
  private readonly names: NameResolver;

  constructor(private readonly options: UrlPolicyOptions) {
    this.names = new NameResolver({
      timeoutMs: options.dnsTimeoutMs ?? DNS_TIMEOUT_MS,
      lookup: options.lookup,
    });
  }

  judge(text: string): UrlVerdict {
    const url = parse(text);
    if (typeof url === 'string') return refuse('url_invalid', url);
    const schemes = this.options.allowHttp ? ['https:', 'http:'] : ['https:'];
    if (!schemes.includes(url.protocol)) {
      return refuse('url_scheme', `the scheme is ${url.protocol}//, allowed is ${schemes.join('//, ')}//`);
    }
    if (url.username !== '' || url.password !== '') {
      return refuse('url_credentials', 'no user name or password in the URL; use a custom header');
    }
    const port = portOf(url);
    if (!allowsPort(this.options.allowedPorts, port))
      return refuse('url_port', `port ${port} is not allowed`);
    const known = judgeKnownHost(hostOf(url), this.options.addresses);
    if (known && !known.allowed) return refuse('address_blocked', known.reason);
    return { allowed: true, url };
  }

  /** Like `judge`, and asks the name servers as well. Never rejects, and is bounded in time. */
  async judgeResolved(text: string): Promise<UrlVerdict> {
    const verdict = this.judge(text);
    if (!verdict.allowed) return verdict;
    try {
      const host = await judgeHost(hostOf(verdict.url), this.options.addresses, this.names);
      return host.allowed ? verdict : refuse('address_blocked', host.reason);
    } catch (error) {
      if (!(error instanceof EgressFailure)) throw error;
      // DNS may be set up after the endpoint; the address is judged at each attempt anyway.
      return { ...verdict, note: error.message };
    }
  }
}

export function allowsPort(allowed: AllowedPorts, port: number): boolean {
  if (allowed === 'any') return true;
  return allowed ? allowed.includes(port) : port === 80 || port === 443 || port >= 1024;
}

function parse(text: string): URL | string {
  if (text.length > URL_LENGTH_MAX) return `longer than ${URL_LENGTH_MAX} characters`;
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0020\u007f\\]/.test(text)) return 'contains a space, a control character or a backslash';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) return 'not an absolute URL such as https://example.com/webhooks';
  if (url.hash !== '') return 'has a fragment (#…), which would never be sent';
  // A bare `#` leaves no hash but stays in href.
  url.hash = '';
  // Percent-encoding may have made it longer, and this is the form that is stored and sent.
  if (url.href.length > URL_LENGTH_MAX) return `longer than ${URL_LENGTH_MAX} characters once encoded`;
  if (url.hostname.includes('..') || url.hostname.startsWith('.')) return 'the host name has an empty label';
  return url;
}

function refuse(code: UrlRefusalCode, reason: string): UrlVerdict {
  return { allowed: false, code, reason };
}
