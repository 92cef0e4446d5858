/** Endpoints as the dispatcher sees them, secrets opened; kept in memory only, and only for a while. */
import type { Settings } from '../config.js';
import type {
  BodyFormat,
  EndpointTarget,
  HttpMethod,
  LiveSecret,
  Payload,
  SignatureProfile,
  Signing,
} from '../model/endpoint.js';
import { defaultRetry, type RetrySchedule } from '../model/retry-schedule.js';
import type { Queryable } from './database.js';
import { openOptions } from './sealed-options.js';
import type { Sealer } from './sealing.js';

interface Row {
  id: string;
  tenant_id: string;
  version: string;
  url: string;
  headers_sealed: Buffer | null;
  auth_sealed: Buffer | null;
  tls_sealed: Buffer | null;
  transformation: string | null;
  body_format: BodyFormat;
  payload: Payload;
  http_method: HttpMethod;
  signing: Signing;
  signature_profile: SignatureProfile;
  retry: RetrySchedule | null;
  timeout_ms: number | null;
  max_in_flight: number | null;
  secrets: { sealed: string; expires_at: string | null }[];
}

/**
 * The endpoints that exist, by id. One whose secrets cannot be opened (they were sealed with a key that is no longer
 * configured) is answered with the Error, so that it does not fail those that were asked for together with it.
 */
export async function readEndpointTargets(
  database: Queryable,
  endpointIds: string[],
  sealer: Sealer,
  settings: Pick<Settings, 'attemptTimeoutMs' | 'endpointInFlightMax'>,
): Promise<Map<string, EndpointTarget | Error>> {
  const { rows } = await database.query<Row>(
    {
      name: 'read_endpoint_targets',
      text: `
        SELECT e.id, e.tenant_id, e.updated_at::text AS version, e.url, e.headers_sealed, e.auth_sealed, e.tls_sealed, e.transformation,
               e.body_format, e.payload, e.http_method, e.signing, e.signature_profile, e.retry, e.timeout_ms, e.max_in_flight,
               coalesce((SELECT json_agg(json_build_object('sealed', encode(s.sealed, 'base64'), 'expires_at', s.expires_at)
                                         ORDER BY s.expires_at DESC NULLS FIRST)
                           FROM endpoint_secrets s
                          WHERE s.endpoint_id = e.id AND (s.expires_at IS NULL OR s.expires_at > now())), '[]') AS secrets
          FROM endpoints e WHERE e.id = ANY ($1)`,
    },
    [endpointIds],
  );
  return new Map(rows.map((row) => [row.id, targetOrError(row, sealer, settings)]));
}

function targetOrError(...given: Parameters<typeof toTarget>): EndpointTarget | Error {
  try {
    return toTarget(...given);
  } catch (error) {
    return error as Error;
  }
}

function toTarget(
  row: Row,
  sealer: Sealer,
  settings: Pick<Settings, 'attemptTimeoutMs' | 'endpointInFlightMax'>,
): EndpointTarget {
  const owner = { tenantId: row.tenant_id, endpointId: row.id };
  const sealed = {
    headersSealed: row.headers_sealed,
    authSealed: row.auth_sealed,
    tlsSealed: row.tls_sealed,
  };
  return {
    endpointId: row.id,
    tenantId: row.tenant_id,
    version: row.version,
    url: row.url,
    ...openOptions(sealer, sealed, owner),
    transformation: row.transformation,
    bodyFormat: row.body_format,
    payload: row.payload,
    method: row.http_method,
    signing: row.signing,
    signatureProfile: row.signature_profile,
    secrets: row.secrets.map((secret): LiveSecret => ({
      secret: sealer.open(Buffer.from(secret.sealed, 'base64'), { ...owner, purpose: 'secret' }),
      expiresAtMs: secret.expires_at === null ? Infinity : Date.parse(secret.expires_at),
    })),
    retry: row.retry ?? defaultRetry,
    timeoutMs: row.timeout_ms ?? settings.attemptTimeoutMs,
    maxInFlight: row.max_in_flight ?? settings.endpointInFlightMax,
  };
}
