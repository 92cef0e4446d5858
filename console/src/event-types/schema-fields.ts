/** A JSON Schema as a list of fields, as documentation has them; what does not fit a list is left to the schema itself. */
export interface SchemaField {
  path: string;
  type: string;
  required: boolean;
  description: string;
}

interface Schema {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  description?: string;
  properties?: Record<string, unknown>;
  required?: unknown;
  items?: unknown;
}

const DEPTH_MAX = 6;
const FIELDS_MAX = 300;

export function fieldsOf(schema: unknown): SchemaField[] {
  const found: SchemaField[] = [];
  walk(schema, '', 0, found);
  return found;
}

function walk(value: unknown, path: string, depth: number, found: SchemaField[]): void {
  const schema = asSchema(value);
  if (schema === undefined || depth > DEPTH_MAX) return;
  if (schema.items !== undefined) walk(schema.items, `${path}[]`, depth + 1, found);
  const properties = asSchema(schema.properties) as Record<string, unknown> | undefined;
  const required = Array.isArray(schema.required) ? schema.required : [];
  for (const [name, property] of Object.entries(properties ?? {})) {
    if (found.length >= FIELDS_MAX) return;
    const own = asSchema(property) ?? {};
    const ownPath = path === '' ? name : `${path}.${name}`;
    found.push({
      path: ownPath,
      type: typeWords(own),
      required: required.includes(name),
      description: typeof own.description === 'string' ? own.description : '',
    });
    walk(own, ownPath, depth + 1, found);
  }
}

function typeWords(schema: Schema): string {
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const types = [schema.type].flat().filter((type) => typeof type === 'string');
  const words = types.length > 0 ? types.join(' | ') : 'any';
  return typeof schema.format === 'string' ? `${words}, ${schema.format}` : words;
}

function asSchema(value: unknown): Schema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}
