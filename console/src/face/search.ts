/** Filters in the URL, as plain text: `?status=failed&search=inv_42` is what people read, share and edit. */
import { useNavigate, useSearch } from '@tanstack/react-router';

export type Filters = Record<string, string | undefined>;

export function parseSearch(text: string): Filters {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') parameters.set(name, value);
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

/** The URL's filters, and what changes some of them; typing replaces the entry in the history, choosing adds one. */
export function useFilters(): [Filters, (changes: Filters, replace?: boolean) => void] {
  const filters: Filters = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = (changes: Filters, replace = false) => {
    const search = (before: Filters) => ({ ...before, ...changes });
    void navigate({ to: '.', search: search, replace });
  };
  return [filters, change];
}
