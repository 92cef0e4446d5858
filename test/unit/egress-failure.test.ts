import { describe, expect, it } from 'vitest';
import { connectFailure, EgressFailure, exchangeFailure, tlsFailure } from '../../src/egress/failure.js';
import { attemptErrors, blamesEndpoint, type AttemptErrorCode } from '../../src/model/error-code.js';

const withCode = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code });

describe('failures of the network', () => {
  it.each([
    ['ECONNREFUSED', 'connection_refused'],
    ['ECONNRESET', 'connection_reset'],
    ['ETIMEDOUT', 'connect_timeout'],
    ['EHOSTUNREACH', 'host_unreachable'],
    ['ENETUNREACH', 'host_unreachable'],
    ['EACCES', 'host_unreachable'],
    ['EMFILE', 'internal'],
    ['ENOBUFS', 'internal'],
  ])('while connecting, %s is %s', (code, expected) => {
    expect(connectFailure(withCode(code), '192.0.2.1').code).toBe(expected);
  });

  it.each([
    ['CERT_REVOKED', 'tls_certificate_untrusted'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls_certificate_untrusted'],
    ['INVALID_PURPOSE', 'tls_certificate_untrusted'],
    ['ECONNRESET', 'tls_handshake_failed'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls_handshake_failed'],
  ])('while negotiating TLS, %s is %s', (code, expected) => {
    expect(tlsFailure(withCode(code)).code).toBe(expected);
  });

  it.each([
    ['ECONNRESET', 'connection_reset'],
    ['EPIPE', 'connection_reset'],
    ['ETIMEDOUT', 'host_unreachable'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls_handshake_failed'],
    ['EWHATEVER', 'internal'],
  ])('while waiting for the answer, %s is %s', (code, expected) => {
    expect(exchangeFailure(withCode(code)).code).toBe(expected);
  });

  it('keep the code that an earlier stage gave them', () => {
    const failure = new EgressFailure('dns_timeout', 'x');
    expect(exchangeFailure(failure)).toBe(failure);
  });
});

describe('error codes', () => {
  it('blame the endpoint for everything but our own failures and the proxy’s', () => {
    const codes = Object.keys(attemptErrors) as AttemptErrorCode[];
    const ours = codes.filter((code) => !blamesEndpoint(code));
    expect(ours).toEqual(['connections_exhausted', 'proxy_failed', 'internal']);
  });
});
