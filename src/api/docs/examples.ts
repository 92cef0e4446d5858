/**
 * Whole examples of bodies and answers, put together from the examples beside the DTOs' fields, so that there is one
 * for every route and none that contradicts its schema.
 */
import type { OpenAPIObject } from '@nestjs/swagger';

/** As much of JSON Schema as DTOs are made of. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  example?: unknown;
  default?: unknown;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  allOf?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
}

interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: object;
}

interface Operation {
  requestBody?: { content?: Record<string, Media> };
  responses?: Record<string, { content?: Record<string, Media> }>;
}

const INSTANT = '2026-11-21T09:30:00.000Z';

export function giveExamples(document: OpenAPIObject): void {
  const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>;
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path as Record<string, Operation>)) {
      const bodies = [operation.requestBody, ...Object.values(operation.responses ?? {})];
      for (const media of bodies.flatMap((body) => Object.values(body?.content ?? {}))) {
        if (media.schema === undefined || media.example !== undefined || media.examples !== undefined)
          continue;
        media.example = exampleOf(media.schema, schemas);
      }
    }
  }
}

function exampleOf(schema: Schema, schemas: Record<string, Schema>): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  if (schema.$ref !== undefined) return exampleOf(schemas[schema.$ref.split('/').at(-1)!] ?? {}, schemas);
  if (schema.allOf !== undefined) {
    return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, schemas))) as object;
  }
  const types: (string | undefined)[] = [schema.type].flat();
  const [choice] = schema.oneOf ?? schema.anyOf ?? [];
  if (types.includes('null')) return null;
  if (choice !== undefined) return exampleOf(choice, schemas);
  if (schema.enum !== undefined) return schema.enum[0];
  const type: string = types[0] ?? '';
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, field]) => [name, exampleOf(field, schemas)]),
      );
    case 'array':
      return schema.items === undefined ? [] : [exampleOf(schema.items, schemas)];
    case 'string':
      return schema.format === 'date-time' ? INSTANT : 'text';
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return 1;
    default:
      return null;
  }
}
