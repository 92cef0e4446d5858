/** The stages that several scenarios play on: one endpoint, a hundred on hosts of their own, a tenant for each. */
import { emitBody } from '../load/payload.js';
import type { Target } from '../load/generator.js';
import type { Bench } from './bench.js';
import type { Certificate } from './certificate.js';
import type { Installation } from './installation.js';

export interface StageOptions {
  endpoints: number;
  /** As many hosts: 127.0.0.1, 127.0.0.2, … */
  hosts?: number;
  certificate?: Certificate;
  settings?: object;
}

/** A tenant for each endpoint. Target and endpoint have the same number. */
export async function oneTenantEach(
  bench: Bench,
  installation: Installation,
  { endpoints, hosts = 1, certificate, settings }: StageOptions,
): Promise<Target[]> {
  const origins = await listen(bench, hosts, certificate);
  const tenants = await installation.createTenants(endpoints);
  await installation.createEndpoints(endpoints, (index) => tenants[index]!, origins, settings);
  return tenants.map((tenant) => ({ path: `/v1/tenants/${tenant}/events`, body: emitBody() }));
}

/** One tenant with all of the endpoints: an event goes to each of them. */
export async function oneTenant(
  bench: Bench,
  installation: Installation,
  { endpoints, hosts = 1, settings }: StageOptions,
): Promise<Target> {
  const origins = await listen(bench, hosts);
  const [tenant] = await installation.createTenants(1);
  await installation.createEndpoints(endpoints, () => tenant!, origins, settings);
  return { path: `/v1/tenants/${tenant}/events`, body: emitBody() };
}

export function loopbackHosts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `127.0.${Math.floor(index / 250)}.${(index % 250) + 1}`);
}

async function listen(bench: Bench, hosts: number, certificate?: Certificate): Promise<string[]> {
  const addresses = loopbackHosts(hosts);
  const ports = await bench.receiver.call('listen', {
    hosts: addresses,
    ...(certificate && { tls: { key: certificate.key, cert: certificate.cert } }),
  });
  const scheme = certificate ? 'https' : 'http';
  return addresses.map((address, index) => `${scheme}://${address}:${ports[index]}`);
}
