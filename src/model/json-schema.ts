/**
 * JSON Schema (2020-12) over an event's data, by ajv. References lead nowhere but into the schema itself: nobody would
 * fetch them. `pattern` runs on RE2, which takes linear time whatever an emitter sends; look-around and back references
 * are refused in exchange. Formats are told, not checked (the specification's default).
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import type { JsonObject } from './json.js';

export interface SchemaProblem {
  path: string;
  message: string;
}

export class DataSchema {
  private constructor(private readonly validate: ValidateFunction) {}

  /** Compiles it: some milliseconds. @throws Error saying why it is no schema */
  static compile(schema: JsonObject): DataSchema {
    // A new instance each time: instances keep every schema they have seen, by its $id.
    const ajv = new Ajv2020({
      strict: false,
      validateFormats: false,
      logger: false,
      code: { regExp: linearTime },
    });
    return new DataSchema(ajv.compile(schema as Record<string, unknown>));
  }

  /**
   * What is wrong with a value, as far as its first fault: data of any size is then judged in one pass, and answered in
   * a few lines.
   * @param path where the value stands
   */
  problemsOf(value: unknown, path: string): SchemaProblem[] {
    if (this.validate(value)) return [];
    return (this.validate.errors ?? [])
      .slice(0, PROBLEMS_MAX)
      .map(({ instancePath, keyword, params, message }) => ({
        path: path + instancePath.replace(/\/(\d+)(?=\/|$)/g, '[$1]').replaceAll('/', '.'),
        message: sentence(keyword, params as Record<string, unknown>, message),
      }));
  }
}

/** One fault of an `anyOf` comes as one problem for each alternative. */
const PROBLEMS_MAX = 10;

/** ajv's sentence, and the name that it leaves out where the fault is one field too many. */
function sentence(
  keyword: string,
  params: Record<string, unknown>,
  message = 'does not fit the schema',
): string {
  const name = keyword === 'additionalProperties' ? params['additionalProperty'] : undefined;
  return typeof name === 'string' ? `${message}: ${name.slice(0, 100)}` : message;
}

const linearTime = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    // ajv tells patterns apart by their text.
    return { test: (text: string) => compiled.test(text), toString: () => pattern };
  },
  // ajv wants to know how such an object is written in code that it generates for files; it generates none here.
  { code: 'RE2JS.compile' },
);
