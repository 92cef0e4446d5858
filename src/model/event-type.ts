/** The catalog's entries, and the patterns by which endpoints and keys name several of them. */
import { EVENT_TYPE_LENGTH_MAX, EVENT_TYPE_PATTERN } from './event.js';

/** Whether emits are held against the type's schema, and what a fault means: a word in the answer, or a refusal. */
export const validations = ['off', 'warn', 'reject'] as const;
export type Validation = (typeof validations)[number];

export const EVENT_TYPE_PATTERNS_MAX = 100;

export function isEventType(text: string): boolean {
  return text.length <= EVENT_TYPE_LENGTH_MAX && EVENT_TYPE_PATTERN.test(text);
}

/** `invoice.paid`, `invoice.*` or `*`; a wildcard stands for whole words, at the end only. */
export function isEventTypePattern(text: string): boolean {
  return text === '*' || isEventType(text.endsWith('.*') ? text.slice(0, -2) : text);
}

/** Every pattern that takes this event type: itself, its families, and `*`. The same as `matchesEventType`, turned round. */
export function patternsFor(eventType: string): string[] {
  const words = eventType.split('.');
  const families = words.slice(1).map((_, index) => `${words.slice(0, index + 1).join('.')}.*`);
  return [eventType, ...families, '*'];
}
