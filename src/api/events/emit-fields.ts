/**
 * The body of an emit. It is checked by hand, not by class-validator, because this is the one route that is called
 * thousands of times a second (1.5 µs; class-validator takes 5, with class-transformer 50), and because `data` must
 * stay the text that it is.
 *
 * src/api/events/emit.dto.ts describes the same fields for the API reference, with the bounds that stand here.
 */
import type { FieldProblem } from '../../errors.js';
import { sliceMembers } from '../../intake/raw-json.js';
import { isEventType } from '../../model/event-type.js';
import { EVENT_TYPE_LENGTH_MAX } from '../../model/event.js';
import { parseInstant } from '../../model/instant.js';
import { validationFailed } from '../validation.js';

export interface EmitFields {
  type: string;
  /** JSON text. */
  data: string;
  externalId?: string;
  occurredAt?: Date;
  tags?: string[];
  deliverAt?: Date;
  expiresAt?: Date;
}

export const EVENT_ID_LENGTH_MAX = 128;
export const TAGS_MAX = 20;
export const TAG_LENGTH_MAX = 64;

const FIELDS = new Set(['type', 'data', 'id', 'occurredAt', 'tags', 'deliverAt', 'expiresAt']);

/**
 * @param text the JSON text that the object stands in
 * @param start where in it the object begins
 * @param value the object, parsed
 * @param others members that are somebody else's to read
 * @throws PosthornError `validation_failed`; `malformed_json` for a member that stands twice
 */
export function readEmitFields(
  text: string,
  start: number,
  value: unknown,
  others: readonly string[] = [],
): EmitFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw validationFailed([{ path: '', message: 'must be a JSON object' }]);
  }
  const members = sliceMembers(text, start);
  const { type, id, occurredAt, tags, deliverAt, expiresAt } = value as Record<string, unknown>;
  const problems: FieldProblem[] = [];
  const check = (path: string, problem: string | undefined) => {
    if (problem !== undefined) problems.push({ path, message: problem });
  };

  for (const name of members.keys()) {
    if (!FIELDS.has(name) && !others.includes(name)) check(name, 'is not a known field');
  }
  check('type', typeProblem(type));
  const data = members.get('data');
  if (data === undefined) check('data', 'is missing; any JSON value will do');
  if (id !== undefined) check('id', idProblem(id));
  const readInstant = (path: string, given: unknown): Date | undefined => {
    if (given === undefined) return undefined;
    const instant = typeof given === 'string' ? parseInstant(given) : undefined;
    if (instant === undefined) check(path, 'must be an instant such as 2026-11-21T09:30:00Z');
    return instant;
  };
  const instant = readInstant('occurredAt', occurredAt);
  const deliver = readInstant('deliverAt', deliverAt);
  const expire = readInstant('expiresAt', expiresAt);
  if (tags !== undefined) check('tags', tagsProblem(tags));
  if (problems.length > 0) throw validationFailed(problems);

  const fields: EmitFields = { type: type as string, data: text.slice(data!.start, data!.end) };
  if (id !== undefined) fields.externalId = id as string;
  if (instant !== undefined) fields.occurredAt = instant;
  if (tags !== undefined) fields.tags = tags as string[];
  if (deliver !== undefined) fields.deliverAt = deliver;
  if (expire !== undefined) fields.expiresAt = expire;
  return fields;
}

function typeProblem(type: unknown): string | undefined {
  if (typeof type === 'string' && isEventType(type)) return undefined;
  return `must be words of letters, digits, _ and -, joined by dots, of up to ${EVENT_TYPE_LENGTH_MAX} characters`;
}

function idProblem(id: unknown): string | undefined {
  return isPrintable(id, EVENT_ID_LENGTH_MAX)
    ? undefined
    : `must be 1 to ${EVENT_ID_LENGTH_MAX} printable characters`;
}

function tagsProblem(tags: unknown): string | undefined {
  if (!Array.isArray(tags) || tags.length > TAGS_MAX) return `must be a list of at most ${TAGS_MAX} strings`;
  const bad = (tags as unknown[]).findIndex((tag) => !isPrintable(tag, TAG_LENGTH_MAX));
  return bad < 0 ? undefined : `[${bad}] must be 1 to ${TAG_LENGTH_MAX} printable characters`;
}

/** No control characters, no line ends, no halves of surrogate pairs: what PostgreSQL stores and a page can show. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+$/u;

function isPrintable(value: unknown, lengthMax: number): value is string {
  return typeof value === 'string' && value.length <= lengthMax && PRINTABLE.test(value);
}
