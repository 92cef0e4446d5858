import { describe, expect, it } from 'vitest';
import { problemOf, refusalOf } from '../../src/api/problem.js';
import { mayReachTenant, reachableTenant, type Principal } from '../../src/api/principal.js';
import { satisfies } from '../../src/api/roles.js';
import { errorTable, PosthornError, type ErrorCode } from '../../src/errors.js';
import { newUuid, toPublicId } from '../../src/model/id.js';

describe('an error', () => {
  it.each([
    ['a database that is away', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'unavailable'],
    [
      'the same, wrapped by TypeORM',
      { driverError: Object.assign(new Error('x'), { code: '57P01' }) },
      'unavailable',
    ],
    ['a body over the limit', Object.assign(new Error('x'), { statusCode: 413 }), 'body_too_large'],
    ['another refusal of the framework', Object.assign(new Error('x'), { statusCode: 400 }), 'bad_request'],
    ['a fault of the framework', Object.assign(new Error('x'), { statusCode: 502 }), 'internal'],
    ['a bug', new TypeError('x'), 'internal'],
    ['what is no error at all', undefined, 'internal'],
  ])('%s', (_, error, code) => {
    expect(refusalOf(error).code).toBe(code);
  });

  it('of ours tells nothing of what went wrong inside', () => {
    const problem = problemOf(refusalOf(new Error('password is hunter2')), 'r1');
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });

  it('that may pass says when to come back', () => {
    expect(refusalOf(Object.assign(new Error('x'), { code: '53300' })).options.retryAfterSeconds).toBe(1);
  });

  it.each(Object.keys(errorTable) as ErrorCode[])('%s has the status and the link of its code', (code) => {
    const problem = problemOf(new PosthornError(code), 'r1');
    expect(problem).toMatchObject({ code, status: errorTable[code].status, type: `/docs/errors#${code}` });
  });

  it('lists a bounded number of fields', () => {
    const errors = Array.from({ length: 1_000 }, (_, i) => ({ path: `f${i}`, message: 'x' }));
    expect(
      problemOf(new PosthornError('validation_failed', undefined, { errors }), 'r1').errors,
    ).toHaveLength(50);
  });
});

describe('a principal', () => {
  const own = newUuid(Date.now());
  const other = newUuid(Date.now());
  const admin: Principal = { kind: 'key', id: 'x', name: 'x', role: 'admin', payloadAccess: true };
  const customer: Principal = { kind: 'portal', tenantId: own, tenantExternalId: 'acme', rights: 'read' };

  it('that is bound to a tenant reaches it by both names, always as its id', () => {
    expect(reachableTenant(customer, toPublicId('ten', own))).toBe(toPublicId('ten', own));
    expect(reachableTenant(customer, 'acme')).toBe(toPublicId('ten', own));
    expect(mayReachTenant(customer, own)).toBe(true);
  });

  it('that is bound reaches no other, and is told the same as of one that is not there', () => {
    expect(() => reachableTenant(customer, toPublicId('ten', other))).toThrow(
      expect.objectContaining({ code: 'tenant_not_found' }) as Error,
    );
    expect(mayReachTenant(customer, other)).toBe(false);
  });

  it('that is not bound reaches all', () => {
    expect(reachableTenant(admin, 'anything')).toBe('anything');
    expect(mayReachTenant(admin, other)).toBe(true);
  });

  it('in the portal may do what its rights say', () => {
    const manager: Principal = { ...customer, rights: 'manage' };
    expect(satisfies(customer, ['admin', 'portal:read'])).toBe(true);
    expect(satisfies(customer, ['admin', 'portal:manage'])).toBe(false);
    expect(satisfies(manager, ['admin', 'portal:manage'])).toBe(true);
    expect(satisfies(manager, ['portal:read'])).toBe(true);
    expect(satisfies(manager, ['admin'])).toBe(false);
  });
});
