/**
 * Node, OpenSSL, c-ares and undici each name their failures in their own way and reuse names across stages (ECONNRESET
 * means one thing during a handshake and another after the request was written). So every stage translates its own
 * failures, once, into the codes that are stored for ever; whatever is not recognised says so instead of guessing.
 */
import { errors } from 'undici';
import { type EgressErrorCode } from '../model/error-code.js';

export class EgressFailure extends Error {
  constructor(
    readonly code: EgressErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'EgressFailure';
  }
}

/** Too many open files and the like are ours: charging them to endpoints would open every circuit at once. */
const ownExhaustion = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']);

export function connectFailure(error: unknown, address: string): EgressFailure {
  const code = codeOf(error);
  const because = { cause: error };
  if (ownExhaustion.has(code))
    return new EgressFailure('internal', `no socket to connect with: ${code}`, because);
  switch (code) {
    case 'ECONNREFUSED':
      return new EgressFailure('connection_refused', `${address} refused the connection`, because);
    case 'ECONNRESET':
      return new EgressFailure('connection_reset', `${address} reset the connection at once`, because);
    case 'ETIMEDOUT':
      return new EgressFailure(
        'connect_timeout',
        `${address} did not accept the connection in time`,
        because,
      );
    default:
      return new EgressFailure('host_unreachable', `${address} cannot be reached: ${code}`, because);
  }
}

const expired = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const selfSigned = new Set(['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN']);
const hostnameMismatch = new Set(['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH']);

export function tlsFailure(error: unknown): EgressFailure {
  return new EgressFailure(tlsCode(error), messageOf(error), { cause: error });
}

function tlsCode(error: unknown): EgressErrorCode {
  const code = codeOf(error);
  if (expired.has(code)) return 'tls_certificate_expired';
  if (selfSigned.has(code)) return 'tls_certificate_self_signed';
  if (hostnameMismatch.has(code)) return 'tls_hostname_mismatch';
  // Node hands OpenSSL's X509 verification results through under their own names (X509_V_ERR_ without the prefix).
  const aboutTrust = /^(UNABLE_TO_|CERT_|CRL_|INVALID_|PATH_LENGTH_|AUTHORITY_|ERROR_IN_CERT)/.test(code);
  return aboutTrust ? 'tls_certificate_untrusted' : 'tls_handshake_failed';
}

/** A request was written, or about to be, and no whole header block came back. */
export function exchangeFailure(error: unknown): EgressFailure {
  if (error instanceof EgressFailure) return error;
  const code = codeOf(error);
  const message = messageOf(error);
  const because = { cause: error };
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new EgressFailure('response_headers_too_large', 'the response headers exceed 16 KiB', because);
  }
  // undici's words for a 100 or 101 that nobody asked for, and for bytes that belong to no request.
  const unasked = code === 'UND_ERR_SOCKET' && /^bad (response|upgrade)$/.test(message);
  if (unasked || error instanceof errors.HTTPParserError || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return new EgressFailure('response_invalid', message, because);
  }
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'ECONNABORTED' || code === 'EPIPE') {
    return new EgressFailure(
      'connection_reset',
      'the connection was closed before an answer arrived',
      because,
    );
  }
  if (code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
    return new EgressFailure('host_unreachable', `the connection was lost: ${code}`, because);
  }
  // In TLS 1.3 a refused client certificate is heard of only after the handshake.
  if (code.startsWith('ERR_SSL_')) return new EgressFailure('tls_handshake_failed', message, because);
  return new EgressFailure('internal', message, because);
}

export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
