/**
 * The catalog as the `webhooks` of an OpenAPI 3.1 document, out and back in: what API tools, SDK generators and other
 * systems of this field exchange. A webhook's name is the event type, its request body the whole delivery; the schema of
 * `data` is taken out of it where it has that envelope, and is the whole body where it has not.
 *
 * What OpenAPI has no word for travels as `x-posthorn`, which other tools ignore.
 */
import { isEventType, validations, type Validation } from './event-type.js';
import type { JsonObject, JsonValue } from './json.js';

export interface CatalogEntry {
  name: string;
  description: string;
  schema: JsonObject | null;
  example: JsonValue;
  examples: JsonValue[] | null;
  group: string | null;
  version: string | null;
  validation: Validation;
  archived: boolean;
}

export interface WebhookProblem {
  path: string;
  message: string;
}

type Json = Record<string, unknown>;

export function toOpenApi(entries: CatalogEntry[], productVersion: string): JsonObject {
  return {
    openapi: '3.1.0',
    info: { title: 'Event catalog', version: productVersion },
    webhooks: Object.fromEntries(entries.map((entry) => [entry.name, { post: operationOf(entry) }])),
  };
}

function operationOf(entry: CatalogEntry): JsonObject {
  const { name, description, schema, group, version, validation, archived } = entry;
  const examples = [...(entry.example === null ? [] : [entry.example]), ...(entry.examples ?? [])];
  return {
    ...(description !== '' && { description }),
    ...(group !== null && { tags: [group] }),
    ...(archived && { deprecated: true }),
    requestBody: {
      content: {
        'application/json': {
          schema: envelope(name, schema),
          ...(examples.length > 0 && {
            examples: Object.fromEntries(
              examples.map((data, index) => [
                `example${index + 1}`,
                { value: { type: name, timestamp: SAMPLE_TIME, data } },
              ]),
            ),
          }),
        },
      },
    },
    responses: { '2XX': { description: 'Received.' } },
    'x-posthorn': { version, validation },
  };
}

const SAMPLE_TIME = '2026-11-21T09:30:00.000Z';

function envelope(name: string, schema: JsonObject | null): JsonObject {
  return {
    type: 'object',
    required: ['type', 'timestamp', 'data'],
    properties: {
      type: { const: name },
      timestamp: { type: 'string', format: 'date-time' },
      data: standalone(name, schema),
    },
  };
}

/**
 * Its own `$ref`s (`#/$defs/…`) would mean the document once it stands inside one; an `$id` of its own keeps them its own.
 * A `$ref` right beside that `$id` would be one too many for ajv, which then follows it for ever: it goes into an `allOf`.
 */
function standalone(name: string, schema: JsonObject | null): JsonObject {
  if (schema === null) return {};
  const refersToItself = JSON.stringify(schema).includes('"$ref":"#');
  if (!refersToItself || '$id' in schema) return schema;
  const { $ref, ...rest } = schema as Json;
  return {
    $id: idOf(name),
    ...($ref === undefined || 'allOf' in rest ? schema : { allOf: [{ $ref }], ...rest }),
  };
}

/** The way back. */
function embedded({ $id: _, allOf, ...rest }: Json): Json {
  const $ref = Array.isArray(allOf) && allOf.length === 1 ? objectOf(allOf[0])?.['$ref'] : undefined;
  return { ...($ref !== undefined ? { $ref } : allOf !== undefined ? { allOf } : {}), ...rest };
}

function idOf(name: string): string {
  return `urn:posthorn:data:${name}`;
}

/** The entries of a document, and what is wrong with it; the entries are whole only where there are no problems. */
export function fromOpenApi(document: JsonObject): { entries: CatalogEntry[]; problems: WebhookProblem[] } {
  const problems: WebhookProblem[] = [];
  const root = document as Json;
  const webhooks = objectOf(root['webhooks']);
  if (textOf(root['openapi'])?.startsWith('3.1') !== true) {
    problems.push({ path: 'document.openapi', message: 'must be 3.1: earlier versions have no webhooks' });
  }
  if (webhooks === undefined) problems.push({ path: 'document.webhooks', message: 'is missing' });
  const entries = Object.entries(webhooks ?? {}).flatMap(([name, item]) => {
    const path = `document.webhooks.${name}`;
    const operation = objectOf(objectOf(item)?.['post']) ?? objectOf(objectOf(item)?.['put']);
    if (!isEventType(name)) problems.push({ path, message: 'is not the name of an event type' });
    else if (operation === undefined) problems.push({ path, message: 'has neither post nor put' });
    else return [entryOf(name, operation, root, (message) => problems.push({ path, message }))];
    return [];
  });
  return { entries, problems };
}

function entryOf(name: string, operation: Json, root: Json, refuse: (message: string) => void): CatalogEntry {
  const content = objectOf(objectOf(operation['requestBody'])?.['content']);
  const media = objectOf(content?.['application/json']) ?? {};
  const whole = objectOf(media['schema']);
  const schema = whole === undefined ? undefined : selfContained(whole, root, refuse);
  const isEnveloped = schema !== undefined && hasEnvelope(schema);
  const own = objectOf(operation['x-posthorn']) ?? {};
  const [example = null, ...examples] = examplesOf(media, isEnveloped);
  const tags = operation['tags'];
  const validation = own['validation'];
  return {
    name,
    description: textOf(operation['description']) ?? textOf(operation['summary']) ?? '',
    schema: schema === undefined ? null : isEnveloped ? dataSchemaOf(name, schema) : schema,
    example,
    examples: examples.length > 0 ? examples : null,
    group: Array.isArray(tags) ? (textOf(tags[0]) ?? null) : null,
    version: textOf(own['version']) ?? null,
    validation: validations.find((known) => known === validation) ?? 'off',
    archived: operation['deprecated'] === true,
  };
}

function examplesOf(media: Json, isEnveloped: boolean): JsonValue[] {
  const named = Object.values(objectOf(media['examples']) ?? {}).map(
    (example) => objectOf(example)?.['value'],
  );
  const all = 'example' in media ? [media['example'], ...named] : named;
  return all
    .map((value) => (isEnveloped ? objectOf(value)?.['data'] : value))
    .filter((value): value is JsonValue => value !== undefined && value !== null);
}

function hasEnvelope(schema: Json): boolean {
  const properties = objectOf(schema['properties']);
  return properties !== undefined && ['type', 'timestamp', 'data'].every((name) => name in properties);
}

/** Nothing said of the data is no schema at all. */
function dataSchemaOf(name: string, schema: Json): JsonObject | null {
  const data = objectOf(objectOf(schema['properties'])?.['data']);
  if (data === undefined || Object.keys(data).length === 0) return null;
  const isOurs = data['$id'] === idOf(name);
  const defs = schema['$defs'];
  return { ...(isOurs ? embedded(data) : data), ...(defs !== undefined && { $defs: defs }) };
}

const COMPONENT = '#/components/schemas/';

/** The schema with the components that it refers to taken along, as `$defs`. */
function selfContained(schema: Json, root: Json, refuse: (message: string) => void): Json | undefined {
  const components = objectOf(objectOf(root['components'])?.['schemas']) ?? {};
  const defs: Json = {};
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) =>
        key === '$ref' && typeof inner === 'string' && inner.startsWith(COMPONENT)
          ? [key, `#/$defs/${take(inner.slice(COMPONENT.length))}`]
          : [key, visit(inner)],
      ),
    );
  };
  const take = (name: string): string => {
    if (name in defs) return name;
    const component = Object.hasOwn(components, name) ? components[name] : undefined;
    if (component === undefined) refuse(`refers to ${COMPONENT}${name}, which is not in the document`);
    defs[name] = true; // before its insides: components may refer to each other in circles
    defs[name] = visit(component ?? true);
    return name;
  };
  // A body that is nothing but a reference is what it refers to: the envelope is looked for in there.
  const reference = schema['$ref'];
  const target =
    typeof reference === 'string' && reference.startsWith(COMPONENT)
      ? (objectOf(components[reference.slice(COMPONENT.length)]) ?? schema)
      : schema;
  const visited = visit(target) as Json;
  return Object.keys(defs).length === 0
    ? visited
    : { ...visited, $defs: { ...objectOf(visited['$defs']), ...defs } };
}

function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
