/** Which fields go with which role: a bound that its role does not heed would only look safe. */
import type { FieldProblem } from '../../errors.js';
import { CONFIGURED_KEY_NAME } from '../../store/api-keys.js';
import { validationFailed } from '../validation.js';
import type { CreateApiKey } from './api-key.dto.js';

/** @throws PosthornError `validation_failed` */
export function checkNewKey(body: CreateApiKey, nowMs: number): void {
  const errors = problemsOf(body, nowMs);
  if (errors.length > 0) throw validationFailed(errors);
}

function problemsOf(body: CreateApiKey, nowMs: number): FieldProblem[] {
  const { name, role, tenantId, eventTypes, payloadAccess, expiresAt } = body;
  const errors: FieldProblem[] = [];
  if (name === CONFIGURED_KEY_NAME)
    errors.push({ path: 'name', message: 'is reserved for the configured key' });
  if (role === 'admin' && tenantId) errors.push({ path: 'tenantId', message: 'cannot bind an admin key' });
  if (role !== 'emitter' && eventTypes)
    errors.push({ path: 'eventTypes', message: 'can only bind an emitter key' });
  if (role !== 'support' && payloadAccess === false) {
    errors.push({ path: 'payloadAccess', message: 'can only be taken from a support key' });
  }
  if (expiresAt && Date.parse(expiresAt) <= nowMs)
    errors.push({ path: 'expiresAt', message: 'must be in the future' });
  return errors;
}
