/**
 * A list, page by page along its cursor. The API bounds the time of a page: with rare filters a page may be short, even
 * empty, and not the last. Then the next one is asked for by itself, for a while, so that people wait and do not click.
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useFace } from '../face/face.js';
import type { Query } from './client.js';

interface AnyPage<T> {
  data: T[];
  nextCursor: string | null;
}

export interface List<T> {
  rows: T[];
  isLoading: boolean;
  isSearching: boolean;
  error: unknown;
  /** The rows are those of before: asking for them again failed. */
  isStale: boolean;
  hasMore: boolean;
  more: () => void;
  retry: () => void;
}

const ROWS_WANTED = 10;
/** After so many short pages it is for the person to say whether to go on. */
const PAGES_BY_ITSELF_MAX = 12;
const LIVE_MS = 5_000;

interface Options {
  /** Asks again every few seconds, while only the first page is shown. */
  live?: boolean;
  limit?: number;
  /** Asks again when it changes: something that is known to change with the list. */
  version?: number;
}

export function useList<T>(
  path: string,
  query: Query = {},
  { live = false, limit = 50, version }: Options = {},
): List<T> {
  const { client } = useFace();
  const key = JSON.stringify(query);
  const askedByItself = useRef({ key, pages: 0 });
  const result = useInfiniteQuery({
    queryKey: [path, query, version],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => client.get<AnyPage<T>>(path, { ...query, limit, cursor: pageParam }),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    refetchInterval: ({ state }) => (live && (state.data?.pages.length ?? 0) <= 1 ? LIVE_MS : false),
    placeholderData: (before) => before,
  });
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage, isPlaceholderData } = result;
  const rows = data?.pages.flatMap((page) => page.data) ?? [];
  const wantsMore = rows.length < ROWS_WANTED && hasNextPage && !isPlaceholderData;

  useEffect(() => {
    if (askedByItself.current.key !== key) askedByItself.current = { key, pages: 0 };
    if (!wantsMore || isFetchingNextPage || askedByItself.current.pages >= PAGES_BY_ITSELF_MAX) return;
    askedByItself.current.pages++;
    void fetchNextPage();
  }, [key, wantsMore, isFetchingNextPage, fetchNextPage]);

  return {
    rows,
    isLoading: result.isPending,
    isSearching: isFetchingNextPage || isPlaceholderData,
    error: result.error,
    isStale: result.isRefetchError,
    hasMore: hasNextPage,
    more: () => void fetchNextPage(),
    retry: () => void result.refetch(),
  };
}
