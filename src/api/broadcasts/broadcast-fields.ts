/** The body of a broadcast: that of an emit, its data as text, and whom it is for. */
import type { FieldProblem } from '../../errors.js';
import { readEmitFields, type EmitFields } from '../events/emit-fields.js';
import { validationFailed } from '../validation.js';
import { BROADCAST_TENANTS_MAX } from './broadcast.dto.js';

export interface BroadcastFields {
  event: EmitFields;
  /** References, in the order they were given; undefined: all. */
  tenants: string[] | undefined;
}

const REFERENCE_LENGTH_MAX = 256;

/** @throws PosthornError `validation_failed`, `malformed_json` */
export function readBroadcastFields(text: string, value: unknown): BroadcastFields {
  const event = readEmitFields(text, 0, value, ['tenants']);
  const { tenants } = value as { tenants?: unknown };
  const problems: FieldProblem[] = [];
  // The id of each tenant's event is the broadcast's; and what is emitted over some time is best sent at once.
  if (event.externalId !== undefined) problems.push({ path: 'id', message: 'is not a known field' });
  if (event.deliverAt !== undefined) problems.push({ path: 'deliverAt', message: 'is not a known field' });
  if (event.expiresAt !== undefined) problems.push({ path: 'expiresAt', message: 'is not a known field' });
  const problem = tenantsProblem(tenants);
  if (problem !== undefined) problems.push({ path: 'tenants', message: problem });
  if (problems.length > 0) throw validationFailed(problems);
  return { event, tenants: tenants === 'all' ? undefined : (tenants as string[]) };
}

function tenantsProblem(tenants: unknown): string | undefined {
  if (tenants === 'all') return undefined;
  if (!Array.isArray(tenants) || tenants.length === 0 || tenants.length > BROADCAST_TENANTS_MAX) {
    return `must be "all", or a list of 1 to ${BROADCAST_TENANTS_MAX} tenants`;
  }
  const bad = (tenants as unknown[]).findIndex(
    (tenant) =>
      typeof tenant !== 'string' ||
      !/^[^\p{Cc}\p{Cs}]+$/u.test(tenant) ||
      tenant.length > REFERENCE_LENGTH_MAX,
  );
  return bad < 0 ? undefined : `[${bad}] must be a tenant’s id or externalId`;
}
