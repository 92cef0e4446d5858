/** Which errors a route may answer, for the API reference: written beside the route, told from the error table. */
import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { errorTable, PosthornError, type ErrorCode, type FieldProblem } from '../errors.js';
import { problemOf, PROBLEM_CONTENT_TYPE } from './problem.js';

/** Any route may answer these: no credentials, wrong ones, a fault of ours, a database that is away. */
const everywhere = ['unauthorized', 'forbidden', 'internal', 'unavailable'] as const satisfies ErrorCode[];

/** And these any route with a body. */
export const bodyRefusals = [
  'malformed_json',
  'json_too_deep',
  'body_too_large',
  'unsupported_media_type',
  'validation_failed',
] as const satisfies ErrorCode[];

export function Refuses(...codes: ErrorCode[]): MethodDecorator & ClassDecorator {
  return describe([...everywhere, ...codes]);
}

/** For routes without credentials. */
export function RefusesPublicly(...codes: ErrorCode[]): MethodDecorator & ClassDecorator {
  return describe(codes);
}

function describe(codes: ErrorCode[]): MethodDecorator & ClassDecorator {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const { status } = errorTable[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    ...[...byStatus].map(([status, ofStatus]) =>
      ApiResponse({
        status,
        description: ofStatus.map((code) => `\`${code}\`: ${errorTable[code].title}`).join('\n\n'),
        content: {
          [PROBLEM_CONTENT_TYPE]: {
            schema: { $ref: '#/components/schemas/Problem' },
            examples: Object.fromEntries(ofStatus.map((code) => [code, { value: example(code) }])),
          },
        },
      }),
    ),
  );
}

const exampleErrors: FieldProblem[] = [{ path: 'retry.baseSeconds', message: 'must not be less than 1' }];

function example(code: ErrorCode) {
  const errors = code === 'validation_failed' ? { errors: exampleErrors } : {};
  return problemOf(new PosthornError(code, undefined, errors), 'k3v9x2-1a');
}
