/**
 * Why an attempt failed, as a code that may be stored, filtered by and alerted on: codes are never renamed, sentences
 * may be. This is the only table of them; the API's enumeration, the console and the docs are written from it.
 *
 * `blames` says whose failure it is. What is ours (or the egress proxy's) is retried like anything else, but must not
 * open an endpoint's circuit or count towards disabling it.
 */
interface ErrorCodeRow {
  blames: 'endpoint' | 'us';
  sentence: string;
}

/** What can go wrong between us and the endpoint, decided by src/egress. */
export const egressErrors = {
  address_blocked: {
    blames: 'endpoint',
    sentence:
      'The address is private, reserved or refused by the operator; nothing was sent. The message says which range.',
  },
  url_invalid: { blames: 'endpoint', sentence: 'The URL may not be sent to; the message says why.' },
  dns_not_found: { blames: 'endpoint', sentence: 'The name does not exist, or has no address.' },
  dns_timeout: { blames: 'endpoint', sentence: 'No name server answered in time.' },
  dns_failed: { blames: 'endpoint', sentence: 'The name servers answered with a failure.' },
  connect_timeout: { blames: 'endpoint', sentence: 'The TCP connection was not accepted in time.' },
  connection_refused: { blames: 'endpoint', sentence: 'Nothing listens at that address and port.' },
  connection_reset: {
    blames: 'endpoint',
    sentence: 'The connection was closed before an answer arrived; the request may have been processed.',
  },
  host_unreachable: { blames: 'endpoint', sentence: 'There is no route to the address.' },
  tls_certificate_expired: {
    blames: 'endpoint',
    sentence: 'The certificate has expired, or is not valid yet.',
  },
  tls_certificate_self_signed: {
    blames: 'endpoint',
    sentence: 'The certificate, or its root, is self-signed and not trusted here.',
  },
  tls_certificate_untrusted: {
    blames: 'endpoint',
    sentence:
      'The certificate does not lead to a trusted root; often the server leaves out the intermediate certificate.',
  },
  tls_hostname_mismatch: { blames: 'endpoint', sentence: 'The certificate is for another name.' },
  tls_handshake_failed: {
    blames: 'endpoint',
    sentence:
      'No TLS session could be agreed on: TLS 1.2 or later is required, and the server may ask for a client certificate.',
  },
  tls_handshake_timeout: { blames: 'endpoint', sentence: 'The TLS handshake did not finish in time.' },
  tls_identity_invalid: {
    blames: 'endpoint',
    sentence: 'The endpoint’s client certificate, client key or private CA cannot be used; nothing was sent.',
  },
  timeout: {
    blames: 'endpoint',
    sentence: 'No status line arrived within the endpoint’s timeout; the message says how far it got.',
  },
  response_headers_too_large: {
    blames: 'endpoint',
    sentence: 'The response headers exceed 16 KiB.',
  },
  response_invalid: { blames: 'endpoint', sentence: 'The answer is not HTTP/1.1.' },
  connections_exhausted: {
    blames: 'us',
    sentence:
      'Every connection that we allow to that server was in use for the whole time; nothing was sent.',
  },
  proxy_failed: { blames: 'us', sentence: 'The egress proxy failed or refused; nothing was sent.' },
  internal: { blames: 'us', sentence: 'A fault of ours; the log has more.' },
} as const satisfies Record<string, ErrorCodeRow>;

/** What can go wrong before there is a request to send, decided by the dispatcher. */
export const preparationErrors = {
  auth_token_failed: {
    blames: 'endpoint',
    sentence:
      'The endpoint’s token URL gave no access token (OAuth 2.0); the message says why. Nothing was sent, or a token that was refused could not be renewed.',
  },
  transformation_failed: {
    blames: 'endpoint',
    sentence:
      'The endpoint’s transformation gave no body for this event: it failed, gave nothing, or took too long; the message says which. Nothing was sent.',
  },
} as const satisfies Record<string, ErrorCodeRow>;

/** What an answer can mean, decided by the dispatcher from the status line. */
export const answerErrors = {
  redirect_not_followed: {
    blames: 'endpoint',
    sentence: 'The answer was a 3xx. Redirects are never followed; register the URL that it leads to.',
  },
  gone: { blames: 'endpoint', sentence: 'The answer was 410 Gone; the endpoint is disabled.' },
  rate_limited: { blames: 'endpoint', sentence: 'The answer was 429 Too Many Requests.' },
  http_client_error: { blames: 'endpoint', sentence: 'The answer was another 4xx.' },
  http_server_error: { blames: 'endpoint', sentence: 'The answer was a 5xx, or a status that is not known.' },
} as const satisfies Record<string, ErrorCodeRow>;

export const attemptErrors: Record<AttemptErrorCode, ErrorCodeRow> = {
  ...egressErrors,
  ...preparationErrors,
  ...answerErrors,
};

export type EgressErrorCode = keyof typeof egressErrors;
export type AnswerErrorCode = keyof typeof answerErrors;
export type PreparationErrorCode = keyof typeof preparationErrors;
export type AttemptErrorCode = EgressErrorCode | PreparationErrorCode | AnswerErrorCode;

/** True when the failure says something about the endpoint, so that its circuit and its counters may hear of it. */
export function blamesEndpoint(code: AttemptErrorCode): boolean {
  return attemptErrors[code].blames === 'endpoint';
}
