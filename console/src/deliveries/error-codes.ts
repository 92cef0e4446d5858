/** Every error code with its sentence; test/unit/console-text.test.ts holds those of attempts against src/model/error-code.ts. */
export const errorSentences: Record<string, string> = {
  address_blocked:
    'The address is private, reserved or refused by the operator; nothing was sent. The message says which range.',
  url_invalid: 'The URL may not be sent to; the message says why.',
  dns_not_found: 'The name does not exist, or has no address.',
  dns_timeout: 'No name server answered in time.',
  dns_failed: 'The name servers answered with a failure.',
  connect_timeout: 'The TCP connection was not accepted in time.',
  connection_refused: 'Nothing listens at that address and port.',
  connection_reset:
    'The connection was closed before an answer arrived; the request may have been processed.',
  host_unreachable: 'There is no route to the address.',
  tls_certificate_expired: 'The certificate has expired, or is not valid yet.',
  tls_certificate_self_signed: 'The certificate, or its root, is self-signed and not trusted here.',
  tls_certificate_untrusted:
    'The certificate does not lead to a trusted root; often the server leaves out the intermediate certificate.',
  tls_hostname_mismatch: 'The certificate is for another name.',
  tls_handshake_failed:
    'No TLS session could be agreed on: TLS 1.2 or later is required, and the server may ask for a client certificate.',
  tls_handshake_timeout: 'The TLS handshake did not finish in time.',
  tls_identity_invalid:
    'The endpoint’s client certificate, client key or private CA cannot be used; nothing was sent.',
  timeout: 'No status line arrived within the endpoint’s timeout; the message says how far it got.',
  response_headers_too_large: 'The response headers exceed 16 KiB.',
  response_invalid: 'The answer is not HTTP/1.1.',
  connections_exhausted:
    'Every connection that we allow to that server was in use for the whole time; nothing was sent.',
  proxy_failed: 'The egress proxy failed or refused; nothing was sent.',
  internal: 'A fault of ours; the log has more.',
  transformation_failed:
    'The endpoint’s transformation gave no body for this event: it failed, gave nothing, or took too long; the message says which. Nothing was sent.',
  auth_token_failed:
    'The endpoint’s token URL gave no access token (OAuth 2.0); the message says why. Nothing was sent, or a token that was refused could not be renewed.',
  redirect_not_followed:
    'The answer was a 3xx. Redirects are never followed; register the URL that it leads to.',
  gone: 'The answer was 410 Gone; the endpoint is disabled.',
  rate_limited: 'The answer was 429 Too Many Requests.',
  http_client_error: 'The answer was another 4xx.',
  http_server_error: 'The answer was a 5xx, or a status that is not known.',
};

/** Why a delivery ended without another attempt. */
export const endSentences: Record<string, string> = {
  expired: 'It was not worth sending any more: the event’s expiresAt had passed.',
  endpoint_deleted: 'Its endpoint was deleted while it waited.',
  event_missing: 'Its event is not there any more, so there was nothing to send.',
  record_failed: 'What came of an attempt could not be recorded; it was set aside rather than sent for ever.',
};

export const errorCodes = [...Object.keys(errorSentences), ...Object.keys(endSentences)];
