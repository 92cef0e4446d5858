/** For the API reference: a field that may hold any JSON value. Nest's plugin would make an object of it. */
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';

const kinds = [
  { type: 'object', additionalProperties: true },
  { type: 'array', items: {} },
  { type: 'string' },
  { type: 'number' },
  { type: 'boolean' },
  { type: 'null' },
];

export const AnyJson = (options: Pick<ApiPropertyOptions, 'required'> = {}) =>
  ApiProperty({ ...options, anyOf: kinds } as ApiPropertyOptions);
