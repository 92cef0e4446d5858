/**
 * Moves the keyboard into a page that has just been opened: the link that led there is gone with its own page, and
 * without this the next Tab would begin at the top of the document again.
 */
import { useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

/** @returns the path that is shown */
export function useFocusOnNewPage(): string {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [path]);
  return path;
}
