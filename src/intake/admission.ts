/** May this event be emitted, by the tenant's and the catalog's rules? Pure but for the schemas that it compiles. */
import { PosthornError } from '../errors.js';
import type { EmitRequest } from '../model/event.js';
import type { SchemaProblem } from '../model/json-schema.js';
import { isOperational } from '../model/operational-event.js';
import type { KnownCatalog, KnownTenant } from './tenant-directory.js';

export interface Admitted {
  tenant: KnownTenant;
  catalog: KnownCatalog;
  /** Where the data departs from its schema, where that is no reason to refuse it. */
  warnings: SchemaProblem[];
}

/** @returns the refusal otherwise: whether it is to be believed, the caller knows, who knows how old the rules are */
export function admit(
  request: EmitRequest,
  tenant: KnownTenant | undefined,
  catalog: KnownCatalog,
): Admitted | PosthornError {
  const { type, origin } = request;
  if (tenant === undefined) return new PosthornError('tenant_not_found');
  // No rule of the catalog holds for what is of Posthorn's own making.
  if (origin !== undefined) return { tenant, catalog, warnings: NONE };
  if (tenant.strictEventTypes && !catalog.known.has(type)) return new PosthornError('event_type_unknown');
  const warnings = judge(request, catalog);
  return warnings instanceof PosthornError ? warnings : { tenant, catalog, warnings };
}

/** By the rules of the catalog, which are the same for every tenant. */
export function judge(
  { type, data }: Pick<EmitRequest, 'type' | 'data'>,
  catalog: KnownCatalog,
): SchemaProblem[] | PosthornError {
  if (isOperational(type)) return new PosthornError('event_type_reserved');
  if (catalog.archived.has(type)) return new PosthornError('event_type_archived');
  const check = catalog.checks.get(type);
  const problems = check === undefined ? NONE : check.problemsOf(data);
  const [first] = problems;
  if (first === undefined || check?.mode === 'warn') return problems;
  return new PosthornError('event_data_invalid', `${first.path} ${first.message}.`, { errors: problems });
}

/** One list for all of the many events without a problem. */
const NONE: SchemaProblem[] = [];
