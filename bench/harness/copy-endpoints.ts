/**
 * Endpoints by the thousand: copies of one that was registered through the API, each with an id, a tenant, a URL and a
 * secret of its own. To register ten thousand takes the API a minute and a half, which is not what is measured.
 */
import { randomBytes } from 'node:crypto';
import { newUuid } from '../../src/model/id.js';
import { formatSecret, SECRET_RANDOM_BYTES } from '../../src/model/secret.js';
import type { Sealer } from '../../src/store/sealing.js';
import type { Ledger } from './ledger.js';

export interface EndpointCopy {
  id: string;
  tenantId: string;
  url: string;
}

/** A copy may not have sealed options: they open for the endpoint that they were made for, and no other. */
export async function copyEndpoint(
  ledger: Ledger,
  sealer: Sealer,
  originalId: string,
  copies: EndpointCopy[],
): Promise<void> {
  const ids = copies.map(({ id }) => id);
  const tenantIds = copies.map(({ tenantId }) => tenantId);
  const secrets = copies.map(({ id, tenantId }) =>
    sealer.seal(formatSecret('hmac', randomBytes(SECRET_RANDOM_BYTES)), {
      ...{ tenantId, endpointId: id },
      purpose: 'secret',
    }),
  );
  await ledger.query(
    `INSERT INTO endpoints
     SELECT (jsonb_populate_record(e, jsonb_build_object('id', c.id, 'tenant_id', c.tenant_id, 'url', c.url))).*
       FROM endpoints e, unnest($2::uuid[], $3::uuid[], $4::text[]) AS c (id, tenant_id, url) WHERE e.id = $1`,
    [originalId, ids, tenantIds, copies.map(({ url }) => url)],
  );
  await ledger.query(
    `INSERT INTO lanes (endpoint_id, tenant_id) SELECT * FROM unnest($1::uuid[], $2::uuid[])`,
    [ids, tenantIds],
  );
  await ledger.query(
    `INSERT INTO endpoint_secrets (id, endpoint_id, tenant_id, sealed)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[])`,
    [copies.map(() => newUuid(Date.now())), ids, tenantIds, secrets],
  );
  // As with every change of a tenant's endpoints: who has read them before reads them again.
  await ledger.query(
    `UPDATE tenants SET endpoints_version = endpoints_version + 1 WHERE id = ANY ($1::uuid[])`,
    [[...new Set(tenantIds)]],
  );
}
