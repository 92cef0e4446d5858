/**
 * Is it a JSON Schema, and does the example fit it? Judged when the event type is saved, by people who are looking;
 * nothing of it is kept. References to anywhere else are refused: nobody would fetch them.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { PosthornError, type FieldProblem } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../model/json.js';

/** @throws PosthornError `validation_failed` */
export function checkSchema(schema: JsonObject | null, example: JsonValue): void {
  if (schema === null) return;
  const validate = compile(schema);
  if (example === null || validate(example)) return;
  const errors = (validate.errors ?? []).map(({ instancePath, message = 'does not fit the schema' }) => ({
    path: `example${instancePath.replaceAll('/', '.')}`,
    message,
  }));
  throw refusal(errors);
}

function compile(schema: JsonObject): ValidateFunction {
  // A new instance each time: instances keep every schema they have seen, by its $id.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
  try {
    return ajv.compile(schema as Record<string, unknown>);
  } catch (error) {
    throw refusal([
      { path: 'schema', message: `is not a JSON Schema (2020-12): ${(error as Error).message}` },
    ]);
  }
}

function refusal(errors: FieldProblem[]): PosthornError {
  const [first] = errors;
  return new PosthornError('validation_failed', first && `${first.path}: ${first.message}.`, { errors });
}
