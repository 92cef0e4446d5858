/**
 * Rules for the fields of DTOs that class-validator does not have. Each answers every problem of a field in one
 * sentence, and looks at the size of a thing before it looks inside.
 */
import { registerDecorator, ValidateIf } from 'class-validator';
import { EVENT_TYPE_PATTERNS_MAX, isEventType, isEventTypePattern } from '../model/event-type.js';
import { EVENT_TYPE_LENGTH_MAX } from '../model/event.js';
import { fromPublicId, toPublicId, type IdPrefix } from '../model/id.js';
import { parseInstant } from '../model/instant.js';
import { externalIdProblem } from '../model/tenant.js';

const METADATA_KEYS_MAX = 50;
const METADATA_KEY_LENGTH_MAX = 64;
const METADATA_VALUE_LENGTH_MAX = 512;

/** May be left out, and may not be null. (`@IsOptional()` lets null pass as well.) */
export const Omittable = () => ValidateIf((_, value) => value !== undefined);

export const IsExternalId = () =>
  rule((value) => (typeof value === 'string' ? externalIdProblem(value) : 'must be a string'));

export const IsEventTypeName = () =>
  rule((value) =>
    typeof value === 'string' && isEventType(value)
      ? undefined
      : `must be words of letters, digits, _ and -, joined by dots, of up to ${EVENT_TYPE_LENGTH_MAX} characters`,
  );

/** 1 to 100 of `invoice.paid`, `invoice.*`, `*`. */
export const AreEventTypePatterns = () =>
  rule((value) => {
    if (!Array.isArray(value) || value.length < 1 || value.length > EVENT_TYPE_PATTERNS_MAX) {
      return `must be a list of 1 to ${EVENT_TYPE_PATTERNS_MAX} event types`;
    }
    const bad = (value as unknown[]).findIndex(
      (item) => typeof item !== 'string' || !isEventTypePattern(item),
    );
    if (bad >= 0)
      return `[${bad}] must be an event type such as invoice.paid, a pattern such as invoice.*, or *`;
    return new Set(value).size < value.length ? 'must not name an event type twice' : undefined;
  });

/** Up to 50 texts, by name. */
export const IsMetadata = () =>
  rule((value) => {
    if (!isObject(value)) return 'must be an object of strings';
    const entries = Object.entries(value);
    if (entries.length > METADATA_KEYS_MAX) return `must have at most ${METADATA_KEYS_MAX} keys`;
    for (const [key, text] of entries) {
      if (key === '' || key.length > METADATA_KEY_LENGTH_MAX) {
        return `must have keys of 1 to ${METADATA_KEY_LENGTH_MAX} characters`;
      }
      if (typeof text !== 'string' || text.length > METADATA_VALUE_LENGTH_MAX) {
        return `.${key} must be a string of at most ${METADATA_VALUE_LENGTH_MAX} characters`;
      }
    }
    return undefined;
  });

/** A JSON object whose text is no longer than that. */
export const IsJsonObject = (bytesMax: number) =>
  rule((value) => (isObject(value) ? sizeProblem(value, bytesMax) : 'must be a JSON object'));

/** Any JSON whose text is no longer than that. */
export const IsJson = (bytesMax: number) => rule((value) => sizeProblem(value, bytesMax));

const FILTER_BYTES_MAX = 16_384;

/** An endpoint's filter. What its operators mean is judged by src/model/filter.ts. */
export const IsFilter = () => IsJsonObject(FILTER_BYTES_MAX);

/** Strings by name, whose sense somebody else judges. */
export const AreStrings = () =>
  rule((value) =>
    isObject(value) && Object.values(value).every((text) => typeof text === 'string')
      ? undefined
      : 'must be an object of strings',
  );

/** ISO 8601 with date, time and zone. */
export const IsInstant = () =>
  rule((value) =>
    typeof value === 'string' && parseInstant(value) !== undefined
      ? undefined
      : 'must be an instant such as 2026-11-21T09:30:00Z',
  );

/** The id of something of one kind, whether it exists or not. */
export const IsPublicId = (prefix: IdPrefix) =>
  rule((value) =>
    typeof value === 'string' && fromPublicId(prefix, value) !== undefined
      ? undefined
      : `must be an id such as ${toPublicId(prefix, '019ab1c2-d3e4-7f50-8192-a3b4c5d6e7f8')}`,
  );

function sizeProblem(value: unknown, bytesMax: number): string | undefined {
  return Buffer.byteLength(JSON.stringify(value)) > bytesMax
    ? `must have at most ${bytesMax} bytes of JSON`
    : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function rule(problemOf: (value: unknown) => string | undefined): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'rule',
      target: target.constructor,
      propertyName: propertyName as string,
      validator: {
        validate: (value: unknown) => problemOf(value) === undefined,
        defaultMessage: (given) => problemOf(given?.value) ?? 'is not valid',
      },
    });
}
