/** An event type as its form holds it: JSON as text, nothing as an empty field. */
import type { EventType } from '../api/types.js';

export interface EventTypeDraft {
  name: string;
  description: string;
  group: string;
  version: string;
  example: string;
  examples: string;
  schema: string;
  validation: EventType['validation'];
}

export function draftOf(eventType: EventType | undefined): EventTypeDraft {
  const examples = eventType?.examples ?? [];
  return {
    name: eventType?.name ?? '',
    description: eventType?.description ?? '',
    group: eventType?.group ?? '',
    version: eventType?.version ?? '',
    example: textOf(eventType?.example),
    examples: examples.length === 0 ? '' : textOf(examples),
    schema: textOf(eventType?.schema),
    validation: eventType?.validation ?? 'off',
  };
}

/** @throws SyntaxError with the engine's own words, shown to whoever typed it */
export function bodyOf({ description, group, version, validation, ...texts }: EventTypeDraft): object {
  return {
    description,
    group: group.trim() === '' ? null : group.trim(),
    version: version.trim() === '' ? null : version.trim(),
    example: jsonOf(texts.example),
    examples: jsonOf(texts.examples),
    schema: jsonOf(texts.schema),
    validation,
  };
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : JSON.stringify(value, null, 2);
}

function jsonOf(text: string): unknown {
  return text.trim() === '' ? null : (JSON.parse(text) as unknown);
}
