/** What the catalog does with data that does not fit a type's schema, in words. */
import type { EventType } from '../api/types.js';

export const validationWords: Record<EventType['validation'], string> = {
  off: 'not checked',
  warn: 'warns',
  reject: 'refuses',
};

export const validationChoices: { value: EventType['validation']; label: string }[] = [
  { value: 'off', label: 'off: data is carried as it is' },
  { value: 'warn', label: 'warn: accepted, and the answer says what does not fit' },
  { value: 'reject', label: 'reject: an emit that does not fit is refused' },
];
