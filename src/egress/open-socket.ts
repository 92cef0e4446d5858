/**
 * Opens the connection to an endpoint: name → judged addresses → TCP (directly, or through the operator's proxy) → TLS.
 *
 * The guarantee of the whole folder stands here: an address is judged and then connected to *as a literal*, so that
 * nothing can resolve the name a second time in between. Every stage has a time limit of its own, so that the attempt's
 * log can say which one was slow, and writes down how far it got.
 */
import { isIP, type Socket } from 'node:net';
import { type SecureContext } from 'node:tls';
import { type AddressPolicy } from './address-policy.js';
import { dialTcp, secure } from './dial.js';
import { EgressFailure } from './failure.js';
import { judgeHost } from './host.js';
import { type NameResolver } from './name-resolver.js';
import { type ProxyTunnel } from './proxy-tunnel.js';

export interface SocketTarget {
  host: string;
  port: number;
  /** Undefined for http. */
  secureContext: SecureContext | undefined;
}

/** How far the opening got. The attempt that waits for it reads this at any moment, so it is written as it happens. */
export interface OpeningProgress {
  stage: 'resolving the name' | 'connecting' | 'negotiating TLS' | 'connected';
  /** The address that was judged; with a proxy, the one that the proxy was told. */
  remoteAddress: string | null;
  dnsMs?: number;
  connectMs?: number;
  tlsMs?: number;
}

export interface SocketRules {
  addressPolicy: AddressPolicy;
  names: NameResolver;
  /** For TCP over all of the addresses, and once more for TLS. */
  connectTimeoutMs: number;
  proxy: ProxyTunnel | undefined;
}

export async function openSocket(
  target: SocketTarget,
  rules: SocketRules,
  progress: OpeningProgress,
  signal: AbortSignal,
): Promise<Socket> {
  const startedAt = performance.now();
  const verdict = await judgeHost(target.host, rules.addressPolicy, rules.names);
  if (!verdict.allowed) throw new EgressFailure('address_blocked', verdict.reason);
  // A literal has no DNS time: the absence says that nobody was asked.
  if (isIP(target.host) === 0) progress.dnsMs = Math.round(performance.now() - startedAt);

  progress.stage = 'connecting';
  const connectingAt = performance.now();
  const socket = await openFirst(verdict.addresses, target.port, rules, progress, signal);
  progress.connectMs = Math.round(performance.now() - connectingAt);
  if (!target.secureContext) {
    progress.stage = 'connected';
    return socket;
  }

  progress.stage = 'negotiating TLS';
  const negotiatingAt = performance.now();
  const secured = await secure(socket, target.host, target.secureContext, rules.connectTimeoutMs, signal);
  progress.tlsMs = Math.round(performance.now() - negotiatingAt);
  progress.stage = 'connected';
  return secured;
}

/** One address after the other, each with its share of the time that is left; the first one's failure is reported. */
async function openFirst(
  addresses: readonly string[],
  port: number,
  rules: SocketRules,
  progress: OpeningProgress,
  signal: AbortSignal,
): Promise<Socket> {
  const deadlineAt = performance.now() + rules.connectTimeoutMs;
  let failure: EgressFailure | undefined;
  for (const [index, address] of addresses.entries()) {
    const timeoutMs = Math.ceil((deadlineAt - performance.now()) / (addresses.length - index));
    if (signal.aborted || timeoutMs <= 0) break;
    progress.remoteAddress = address;
    try {
      return rules.proxy
        ? await rules.proxy.open(address, port, timeoutMs, signal)
        : await dialTcp(address, port, timeoutMs, signal);
    } catch (error) {
      if (!(error instanceof EgressFailure)) throw error;
      failure ??= error;
    }
  }
  throw failure ?? new EgressFailure('connect_timeout', `no connection within ${rules.connectTimeoutMs} ms`);
}
