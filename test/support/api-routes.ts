/**
 * The routes of a running Posthorn, as its own description tells of them: for tests that leave none out.
 *
 * Which routes there are is asked of the process. What they take is read from openapi.yaml: a process that runs from
 * sources, as under test, describes its bodies without the types that only a build knows. The file's names must be the same.
 */
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import type { PosthornClient } from './client.js';

export interface Schema {
  $ref?: string;
  type?: string | string[];
  [keyword: string]: unknown;
}

export interface Route {
  /** `GET /v1/tenants/{tenant}`, as the tables of the documentation write it. */
  name: string;
  method: string;
  path: string;
  query: { name: string; required: boolean; schema: Schema }[];
  headers: string[];
  /** Absent: takes no body. */
  body?: Schema;
}

export interface Description {
  routes: Route[];
  /** Named schemas, for `$ref`. */
  schemas: Record<string, Schema>;
}

interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const FILE = new URL('../../openapi.yaml', import.meta.url);

export async function describeApi(client: PosthornClient): Promise<Description> {
  const { body: running } = await client.request<Document>('GET', '/docs/openapi.json');
  const written = load(readFileSync(FILE, 'utf8')) as Document;
  const routes = routesOf(written);
  const names = (of: Route[]) => of.map(({ name }) => name).sort();
  if (String(names(routes)) !== String(names(routesOf(running))))
    throw new Error('openapi.yaml has other routes than the code: npm run openapi');
  return { routes, schemas: written.components.schemas };
}

function routesOf({ paths }: Document): Route[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([verb, operation]) => toRoute(verb.toUpperCase(), path, operation)),
  );
}

/** `/v1/tenants/{tenant}` with something for each parameter, percent-encoded. */
export function fillPath(path: string, valueOf: (parameter: string) => string): string {
  return path.replace(/\{(\w+)\}/g, (_, parameter: string) => encodeURIComponent(valueOf(parameter)));
}

function toRoute(method: string, path: string, { parameters = [], requestBody }: Operation): Route {
  const body = requestBody?.content['application/json']?.schema;
  return {
    name: `${method} ${path}`,
    method,
    path,
    query: parameters
      .filter((parameter) => parameter.in === 'query')
      .map(({ name, required = false, schema }) => ({ name, required, schema })),
    headers: parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name),
    ...(body && { body }),
  };
}
