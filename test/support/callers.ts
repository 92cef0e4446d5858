/** One of each kind of caller that the API knows, for tests that try them all. */
import type { NewApiKey } from './api-types.js';
import type { PosthornClient } from './client.js';
import { waitFor } from './wait-for.js';

export const callerNames = [
  'admin',
  'emitter',
  'emitter of one tenant',
  'support',
  'support of one tenant',
  'support without payloads',
  'portal, read',
  'portal, manage',
  'revoked',
  'expired',
  'nobody',
] as const;
export type CallerName = (typeof callerNames)[number];

/** @param tenant whose keys and tokens the bound ones are @returns their credentials */
export async function makeCallers(
  admin: PosthornClient,
  tenant: string,
): Promise<Record<CallerName, string | undefined>> {
  const makeKey = async (fields: object) => {
    const { body } = await admin.request<NewApiKey>('POST', '/v1/api-keys', { name: 'a caller', ...fields });
    return body;
  };
  const revoked = await makeKey({ role: 'admin' });
  await admin.request('DELETE', `/v1/api-keys/${revoked.id}`);
  const expired = await makeKey({ role: 'admin', expiresAt: new Date(Date.now() + 500).toISOString() });
  const link = (rights: string) => admin.createPortalSession(tenant, { rights });
  const callers = {
    admin: (await makeKey({ role: 'admin' })).key,
    emitter: (await makeKey({ role: 'emitter' })).key,
    'emitter of one tenant': (await makeKey({ role: 'emitter', tenantId: tenant })).key,
    support: (await makeKey({ role: 'support' })).key,
    'support of one tenant': (await makeKey({ role: 'support', tenantId: tenant })).key,
    'support without payloads': (await makeKey({ role: 'support', payloadAccess: false })).key,
    'portal, read': (await link('read')).token,
    'portal, manage': (await link('manage')).token,
    revoked: revoked.key,
    expired: expired.key,
    nobody: undefined,
  };
  await waitFor(async () => (await admin.as(expired.key).request('GET', '/v1/tenants')).status === 401, {
    what: 'a key to expire',
  });
  return callers;
}
