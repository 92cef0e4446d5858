import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { errorTable, type ErrorCode } from '../errors.js';

@ApiSchema({ name: 'FieldProblem', description: 'One thing that is wrong with one field.' })
export class FieldProblemAnswer {
  /**
   * Where, as a JSON path; empty: the body as a whole.
   * @example "retry.baseSeconds"
   */
  path: string;
  /** @example "must not be less than 1" */
  message: string;
}

@ApiSchema({ name: 'Problem', description: 'Every refusal, as RFC 9457 tells them.' })
export class ProblemAnswer {
  /**
   * Where the code is explained.
   * @example "/docs/errors#validation_failed"
   */
  type: string;
  /**
   * For people; may be reworded.
   * @example "Some fields are not valid; see errors."
   */
  title: string;
  /** @example 422 */
  status: number;
  /** For programs; never renamed. */
  @ApiProperty({ enum: Object.keys(errorTable), example: 'validation_failed' })
  code: ErrorCode;
  /**
   * What is wrong with this very request.
   * @example "retry.baseSeconds: must not be less than 1."
   */
  detail?: string;
  /**
   * The path that was asked for.
   * @example "/v1/tenants/acme/endpoints"
   */
  instance?: string;
  /**
   * Finds the request in our log; the same as the `x-request-id` header.
   * @example "5ea7c9e57e-1f"
   */
  requestId: string;
  /** With `validation_failed` and its like: every field that is wrong. */
  errors?: FieldProblemAnswer[];
}
