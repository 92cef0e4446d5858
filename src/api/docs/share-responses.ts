/** A response that many routes give, such as 401, is written once under `components` and pointed at. */
import type { OpenAPIObject } from '@nestjs/swagger';

type Responses = Record<string, { content?: Record<string, { examples?: object }> } | { $ref: string }>;

export function shareResponses(document: OpenAPIObject): void {
  const shared: Record<string, unknown> = {};
  for (const responses of allResponses(document)) {
    for (const [status, response] of Object.entries(responses)) {
      const name = problemName(status, response);
      if (name === undefined) continue;
      shared[name] = response;
      responses[status] = { $ref: `#/components/responses/${name}` };
    }
  }
  const sorted = Object.entries(shared).sort(([a], [b]) => (a < b ? -1 : 1));
  document.components = { ...document.components, responses: Object.fromEntries(sorted) as never };
}

/** Problems are alike when status and codes are: `404.tenant_not_found.endpoint_not_found`. */
function problemName(status: string, response: Responses[string]): string | undefined {
  if ('$ref' in response) return undefined;
  const examples = response.content?.['application/problem+json']?.examples;
  return examples && [status, ...Object.keys(examples)].join('.');
}

function allResponses(document: OpenAPIObject): Responses[] {
  return Object.values(document.paths)
    .flatMap((path) => Object.values(path as Record<string, { responses?: Responses }>))
    .flatMap(({ responses }) => (responses === undefined ? [] : [responses]));
}
