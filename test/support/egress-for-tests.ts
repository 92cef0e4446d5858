/** An Egress that may reach loopback, and the smallest request; both to be varied by the test. */
import { AddressPolicy } from '../../src/egress/address-policy.js';
import { Egress, type EgressOptions, type PreparedRequest } from '../../src/egress/egress.js';

export function egressForTests(options: Partial<EgressOptions> = {}): Egress {
  return new Egress({
    addressPolicy: new AddressPolicy({ allowedSubnets: ['127.0.0.0/8', '::1/128'] }),
    allowHttp: true,
    allowedPorts: 'any',
    connectionAgeMsMax: 60_000,
    idleOriginMs: 10_000,
    connectionsPerOriginMax: 64,
    responseBodyBytesMax: 16_384,
    dnsTimeoutMs: 1_000,
    connectTimeoutMs: 2_000,
    ...options,
  });
}

export function post(url: string, changes: Partial<PreparedRequest> = {}): PreparedRequest {
  return {
    url,
    method: 'POST',
    headers: ['content-type', 'application/json', 'webhook-id', 'evt_1'],
    body: '{"type":"invoice.paid"}',
    timeoutMs: 5_000,
    ...changes,
  };
}
