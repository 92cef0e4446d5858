/** Names for ids: lists hold ids, people know names. All that a page shows are asked for at once. */
import { useQuery } from '@tanstack/react-query';
import type { Label } from '../api/types.js';
import { useFace } from './face.js';

export type LabelOf = (id: string | null | undefined) => Label | undefined;

/** A query string of more would be too long for some proxies. */
const IDS_MAX = 150;

export function useLabels(ids: (string | null | undefined)[]): LabelOf {
  const { client } = useFace();
  const wanted = [...new Set(ids.filter((id) => id !== null && id !== undefined))].sort().slice(0, IDS_MAX);
  const { data } = useQuery({
    queryKey: ['labels', wanted],
    queryFn: () => client.get<{ data: Label[] }>('/v1/overview/labels', { ids: wanted.join(',') }),
    enabled: wanted.length > 0,
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
  return (id) => data?.data.find((label) => label.id === id);
}
