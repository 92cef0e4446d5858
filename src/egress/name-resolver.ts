/**
 * Turns a host name into the addresses that it has now.
 *
 * getaddrinfo (Node's default) is not used: it runs on libuv's four threads, so that a handful of endpoints with dead
 * name servers would hold up the names of everybody, and it appends the machine's search domains, so that `db` would
 * find `db.internal.example`. c-ares asks for exactly the name, and the name is written with its final dot, which is
 * absolute for any resolver. The price: /etc/hosts, mDNS and nsswitch are not consulted.
 *
 * Answers are not kept: a connection lives long enough to make look-ups rare, and whoever changes an address wants it
 * to take effect. Concurrent look-ups of one name share one question.
 */
import { Resolver } from 'node:dns/promises';
import { codeOf, EgressFailure, messageOf } from './failure.js';

/** Addresses of a name; rejects, or answers an empty list, when there are none. */
export type Lookup = (hostname: string) => Promise<string[]>;

/** c-ares reads resolv.conf when it is made and never again; a laptop or a pod may be given new name servers. */
const RESOLVER_AGE_MS_MAX = 60_000;

/** No honest name needs more, and every one of them would be judged and might be tried. */
const ADDRESSES_MAX = 64;

export class NameResolver {
  private readonly questions = new Map<string, Promise<string[]>>();
  private readonly lookup: Lookup;

  constructor(private readonly options: { timeoutMs: number; lookup?: Lookup; servers?: string[] }) {
    this.lookup = options.lookup ?? this.askNameServers.bind(this);
  }

  /** At least one address, or an EgressFailure with a dns_ code. */
  resolve(hostname: string): Promise<string[]> {
    const name = hostname.replace(/\.$/, '').toLowerCase();
    const asked = this.questions.get(name);
    if (asked) return asked;
    const question = this.ask(name).finally(() => this.questions.delete(name));
    this.questions.set(name, question);
    return question;
  }

  private async ask(name: string): Promise<string[]> {
    const addresses = await withinTime(this.lookup(name), name, this.options.timeoutMs).catch(
      dnsFailure(name),
    );
    if (addresses.length === 0) throw new EgressFailure('dns_not_found', `${name} has no address`);
    if (addresses.length > ADDRESSES_MAX) {
      throw new EgressFailure('dns_failed', `${name} has more than ${ADDRESSES_MAX} addresses`);
    }
    return addresses;
  }

  private resolver: Resolver | undefined;
  private resolverMadeAt = 0;

  private async askNameServers(name: string): Promise<string[]> {
    const resolver = this.freshResolver();
    const absolute = `${name}.`;
    const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(absolute), resolver.resolve6(absolute)]);
    // IPv4 first: it is what most receivers' firewalls know, and a machine without IPv6 loses no time.
    const addresses = [ipv4, ipv6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    // Many name servers answer A and stumble over AAAA: one family is enough.
    if (addresses.length > 0) return addresses;
    throw moreTelling(ipv4, ipv6);
  }

  private freshResolver(): Resolver {
    if (!this.resolver || Date.now() - this.resolverMadeAt > RESOLVER_AGE_MS_MAX) {
      // Two tries within the deadline: one lost UDP packet must not cost an attempt.
      const timeout = Math.max(1, Math.floor(this.options.timeoutMs / 3));
      this.resolver = new Resolver({ timeout, tries: 2 });
      if (this.options.servers) this.resolver.setServers(this.options.servers);
      this.resolverMadeAt = Date.now();
    }
    return this.resolver;
  }
}

function withinTime<T>(promise: Promise<T>, name: string, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new EgressFailure('dns_timeout', `no answer about ${name} within ${timeoutMs} ms`));
    }, timeoutMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** "No such name" from one family says nothing while the other one failed: the failure is the news. */
function moreTelling(...answers: PromiseSettledResult<string[]>[]): unknown {
  const reasons = answers.map((answer): unknown =>
    answer.status === 'rejected' ? answer.reason : undefined,
  );
  return reasons.find((reason) => reason !== undefined && !isNotFound(reason)) ?? reasons[0];
}

function isNotFound(error: unknown): boolean {
  return ['ENOTFOUND', 'ENODATA'].includes(codeOf(error));
}

function dnsFailure(name: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof EgressFailure) throw error;
    if (isNotFound(error))
      throw new EgressFailure('dns_not_found', `${name} has no address`, { cause: error });
    if (codeOf(error) === 'ETIMEOUT') {
      throw new EgressFailure('dns_timeout', `no name server answered about ${name}`, { cause: error });
    }
    const why = codeOf(error) || messageOf(error);
    throw new EgressFailure('dns_failed', `the name servers failed for ${name}: ${why}`, { cause: error });
  };
}
