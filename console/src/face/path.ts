/** Places by their paths as plain text: two routers share the pages, so neither's types know all of them. */
import { useNavigate, useParams } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { Filters } from './search.js';

/** A part of the path of the page that is shown. */
export function usePathPart(name: string): string {
  const parts: Record<string, string | undefined> = useParams({ strict: false });
  return parts[name] ?? '';
}

export type Go = (to: string, search?: Filters) => void;

export function useGo(): Go {
  const navigate = useNavigate();
  // Both options are typed by one router's routes; the other's are as good.
  return useCallback((to, search = {}) => void navigate({ to: to, search: search }), [navigate]);
}
