/** The routes of a running Posthorn, as its own description tells of them: for tests that leave none out. */
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
  query: { name: string; schema: Schema }[];
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
  parameters?: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

export async function describeApi(client: PosthornClient): Promise<Description> {
  const { body } = await client.request<{
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Schema> };
  }>('GET', '/docs/openapi.json');
  const routes = Object.entries(body.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([verb, operation]) => toRoute(verb.toUpperCase(), path, operation)),
  );
  return { routes, schemas: body.components.schemas };
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
    query: parameters.filter((parameter) => parameter.in === 'query'),
    headers: parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name),
    ...(body && { body }),
  };
}
