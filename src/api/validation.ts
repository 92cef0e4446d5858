/**
 * DTOs are checked strictly: a field that we do not know is a mistake that its sender wants to hear of, and nothing is
 * converted behind anybody's back (`"5"` is not 5). Two things are checked besides, in every string, because
 * PostgreSQL could not store them as they came: U+0000 and halves of surrogate pairs.
 */
import { Injectable, ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { PosthornError, type FieldProblem } from '../errors.js';

@Injectable()
export class StrictValidationPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      stopAtFirstError: true,
      transform: true,
      transformOptions: { enableImplicitConversion: false },
      // The target tells an element of an array from a field of an object; the exception factory drops it.
      validationError: { target: true, value: false },
      exceptionFactory: (errors: ValidationError[]) => validationFailed(flatten(errors)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'custom') return value;
    if (metadata.type === 'body' && metadata.metatype !== undefined) checkBody(value);
    return (await super.transform(value, metadata)) as unknown;
  }
}

export function validationFailed(errors: FieldProblem[]): PosthornError {
  const [first] = errors;
  const detail = first && `${first.path === '' ? 'The body' : first.path}: ${first.message}.`;
  return new PosthornError('validation_failed', detail, { errors });
}

function checkBody(body: unknown): void {
  // No body at all is an empty one: the required fields of the DTO say what is missing.
  if (body === undefined || body === null) return;
  if (typeof body !== 'object' || Array.isArray(body)) {
    throw validationFailed([{ path: '', message: 'must be a JSON object' }]);
  }
  const problems: FieldProblem[] = [];
  checkValue(body, '', problems);
  if (problems.length > 0) throw validationFailed(problems);
}

/** Nest takes these out in silence, and class-transformer stumbles over them: better to say that they cannot be had. */
const UNUSABLE_NAMES = new Set(['__proto__', 'constructor']);

// Recursion is bounded by JSON_DEPTH_MAX.
function checkValue(value: unknown, path: string, problems: FieldProblem[]): void {
  if (typeof value === 'string') {
    const problem = textProblem(value);
    if (problem !== undefined) problems.push({ path, message: problem });
  } else if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) checkValue(element, `${path}[${index}]`, problems);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, field] of Object.entries(value)) {
      const fieldPath = path === '' ? key : `${path}.${key}`;
      if (UNUSABLE_NAMES.has(key)) problems.push({ path: fieldPath, message: 'is not usable as a name' });
      const problem = textProblem(key);
      if (problem !== undefined) problems.push({ path: fieldPath, message: `its name ${problem}` });
      checkValue(field, fieldPath, problems);
    }
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain U+0000';
  if (LONE_SURROGATE.test(text)) return 'must not contain half of a surrogate pair';
  return undefined;
}

function flatten(errors: ValidationError[], parent = ''): FieldProblem[] {
  return errors.flatMap((error) => {
    const path = pathOf(error, parent);
    // Of what is not there, every rule complains; that it is too long, too.
    if (isMissing(error)) return [{ path, message: 'is missing' }];
    const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
      path,
      message: rule === 'whitelistValidation' ? 'is not a known field' : withoutName(message, error.property),
    }));
    return [...own, ...flatten(error.children ?? [], path)];
  });
}

function isMissing({ target, property, constraints }: ValidationError): boolean {
  return (
    constraints !== undefined &&
    !('whitelistValidation' in constraints) &&
    target !== undefined &&
    (target as Record<string, unknown>)[property] === undefined
  );
}

function pathOf(error: ValidationError, parent: string): string {
  if (Array.isArray(error.target)) return `${parent}[${error.property}]`;
  return parent === '' ? error.property : `${parent}.${error.property}`;
}

/** The path says which field; the library's sentences say it again. */
function withoutName(message: string, property: string): string {
  if (message.startsWith(`${property} `)) return message.slice(property.length + 1);
  const each = `each value in ${property} `;
  return message.startsWith(each) ? `each value ${message.slice(each.length)}` : message;
}
