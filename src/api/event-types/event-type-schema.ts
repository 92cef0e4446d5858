/** Is it a JSON Schema, and do the examples fit it? Judged when the event type is saved, by people who are looking. */
import { PosthornError, type FieldProblem } from '../../errors.js';
import type { Validation } from '../../model/event-type.js';
import { DataSchema } from '../../model/json-schema.js';
import type { JsonObject, JsonValue } from '../../model/json.js';

export interface JudgedEventType {
  schema: JsonObject | null;
  example: JsonValue;
  examples: JsonValue[] | null;
  validation: Validation;
}

/** @throws PosthornError `validation_failed` */
export function checkSchema(eventType: JudgedEventType): void {
  const problems = schemaProblems(eventType);
  const [first] = problems;
  if (first === undefined) return;
  throw new PosthornError('validation_failed', `${first.path}: ${first.message}.`, { errors: problems });
}

export function schemaProblems({ schema, example, examples, validation }: JudgedEventType): FieldProblem[] {
  if (schema === null) {
    if (validation === 'off') return [];
    return [{ path: 'validation', message: 'needs a schema to hold events against' }];
  }
  let compiled: DataSchema;
  try {
    compiled = DataSchema.compile(schema);
  } catch (error) {
    return [{ path: 'schema', message: `is not a JSON Schema (2020-12): ${(error as Error).message}` }];
  }
  return [
    ...(example === null ? [] : compiled.problemsOf(example, 'example')),
    ...(examples ?? []).flatMap((value, index) => compiled.problemsOf(value, `examples[${index}]`)),
  ];
}
