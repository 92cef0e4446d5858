/**
 * What changes on a page, for those who do not see it change. A screen reader reads a live region again whenever its text
 * changes, so what is typed or counted stands outside of it; here, the outcome is said once it has settled.
 */
import { VisuallyHidden } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';

/** Longer than between two keystrokes. */
const SETTLED_MS = 1_000;

export function Announced({ children: text }: { children: string }) {
  const [settled] = useDebouncedValue(text, SETTLED_MS);
  return <VisuallyHidden role="status">{settled}</VisuallyHidden>;
}
