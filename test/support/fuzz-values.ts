/** Values for fuzzing: such as a JSON Schema asks for, and such as nobody asks for. */
import fc from 'fast-check';
import type { Schema } from './api-routes.js';

/** Texts that have broken somebody's server before. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    '\0',
    'a\0b',
    '\ud800',
    'x\udfffy',
    '__proto__',
    'constructor',
    'toString',
    'null',
    'NaN',
    '-1',
    '1e309',
    '9'.repeat(400),
    "' OR 1=1 --",
    '%s%n',
    '../../etc/passwd',
    '..%2f..',
    '\r\nx: y',
    '<script>alert(1)</script>',
    '${jndi:ldap://x}',
    '\u202e\ufeff\u2028',
    '𝒳'.repeat(200),
    'a'.repeat(3_000),
    'ten_' + 'f'.repeat(32),
    'ep_' + '0'.repeat(33),
    'dlv_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz',
    '0001-01-01T00:00:00Z',
    '275760-09-13T00:00:00.001Z',
    '9999-12-31T23:59:59.999Z',
    'http://[::1]:1/',
    'http://user:password@169.254.169.254/',
    '(a+)+$',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom(null, true, 0, -0, -1, 1.5, 2 ** 31, 2 ** 53, 1e308, [], {}, [[[]]], [null]),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(Number),
  fc.dictionary(hostileText, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 }),
  fc.array(hostileText, { maxLength: 5 }),
  fc.constantFrom(
    nested(90),
    nested(99),
    Array.from({ length: 2_000 }, (_, index) => index),
  ),
);

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** What the schema allows, more or less; what it does not say is left to chance. */
export function valueOf(schema: Schema, schemas: Record<string, Schema>, depth = 0): fc.Arbitrary<unknown> {
  if (depth > 6) return fc.constant(null);
  const below = (inner: Schema) => valueOf(inner, schemas, depth + 1);
  if (schema.$ref !== undefined) return below(schemas[schema.$ref.split('/').at(-1)!] ?? {});
  const choices = (schema['oneOf'] ?? schema['anyOf'] ?? schema['allOf']) as Schema[] | undefined;
  if (choices !== undefined) return fc.oneof(...choices.map(below));
  const often = schema['example'] ?? schema['default'];
  const made = ofType(schema, below);
  const values = schema['enum'] as unknown[] | undefined;
  if (values !== undefined)
    return fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...values) },
      { weight: 1, arbitrary: hostileText },
    );
  return often === undefined
    ? made
    : fc.oneof({ weight: 3, arbitrary: fc.constant(often) }, { weight: 2, arbitrary: made });
}

function ofType(schema: Schema, below: (inner: Schema) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const types = [schema.type ?? 'anything'].flat();
  return fc.oneof(...types.map((type) => ofOneType(type, schema, below)));
}

function ofOneType(
  type: string,
  schema: Schema,
  below: (inner: Schema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer({ min: Number(schema['minimum'] ?? -5), max: Number(schema['maximum'] ?? 100_000) });
    case 'string':
      return fc.oneof(fc.string({ maxLength: Math.min(Number(schema['maxLength'] ?? 30), 30) }), hostileText);
    case 'array':
      return fc.array(below((schema['items'] as Schema | undefined) ?? {}), { maxLength: 4 });
    case 'object': {
      const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
      const names = Object.keys(properties);
      if (names.length === 0)
        return fc.dictionary(hostileText, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
      const required = ((schema['required'] ?? []) as string[]).filter((name) => names.includes(name));
      return fc.record(Object.fromEntries(names.map((name) => [name, below(properties[name]!)])), {
        requiredKeys: required,
      });
    }
    default:
      return hostileValue;
  }
}

/** The smallest value that fits: what is required, as the description's own examples have it. */
export function smallestOf(schema: Schema, schemas: Record<string, Schema>): unknown {
  if (schema.$ref !== undefined) return smallestOf(schemas[schema.$ref.split('/').at(-1)!] ?? {}, schemas);
  const given = schema['example'] ?? schema['default'] ?? (schema['enum'] as unknown[] | undefined)?.[0];
  if (given !== undefined) return given;
  const choices = (schema['oneOf'] ?? schema['anyOf'] ?? schema['allOf']) as Schema[] | undefined;
  if (choices !== undefined) return smallestOf(choices[0]!, schemas);
  switch ([schema.type].flat()[0] ?? 'anything') {
    case 'object': {
      const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
      const required = (schema['required'] ?? []) as string[];
      return Object.fromEntries(required.map((name) => [name, smallestOf(properties[name] ?? {}, schemas)]));
    }
    case 'array':
      return [smallestOf((schema['items'] as Schema | undefined) ?? {}, schemas)];
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return schema['minimum'] ?? 1;
    default:
      return 'x';
  }
}
