/**
 * Holding emits against the catalog's schemas, for the event types that ask for it. A schema is compiled when the first
 * event of its type comes, and kept for as long as its text stays the same, however often the catalog is read again.
 */
import { DataSchema, type SchemaProblem } from '../model/json-schema.js';
import type { JsonObject } from '../model/json.js';

export interface CheckedEventType {
  name: string;
  validation: 'warn' | 'reject';
  /** JSON text. */
  schema: string;
}

export interface DataCheck {
  mode: 'warn' | 'reject';
  /** @param data JSON text */
  problemsOf(data: string): SchemaProblem[];
}

export class CatalogChecks {
  /** By the schema's text. */
  private compiled = new Map<string, DataSchema>();

  /** The checks by event type, from what the catalog has now. Schemas that it has no more are let go. */
  of(eventTypes: CheckedEventType[]): Map<string, DataCheck> {
    const kept = eventTypes.flatMap(({ schema }) => {
      const known = this.compiled.get(schema);
      return known === undefined ? [] : [[schema, known] as const];
    });
    const compiled = new Map(kept);
    this.compiled = compiled;
    return new Map(
      eventTypes.map(({ name, validation: mode, schema }) => [
        name,
        {
          mode,
          problemsOf: (data) => compile(compiled, schema).problemsOf(JSON.parse(data), 'data'),
        },
      ]),
    );
  }
}

function compile(compiled: Map<string, DataSchema>, schema: string): DataSchema {
  let known = compiled.get(schema);
  if (known === undefined) {
    // It was compiled once before, when it was saved.
    known = DataSchema.compile(JSON.parse(schema) as JsonObject);
    compiled.set(schema, known);
  }
  return known;
}
