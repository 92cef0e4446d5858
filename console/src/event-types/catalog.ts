/** The catalog as forms offer it: what can be picked, without what is archived. */
import { useQuery } from '@tanstack/react-query';
import type { EventType } from '../api/types.js';
import { useFace } from '../face/face.js';

/** A catalog of more is searched on its own page; forms take typed names as well. */
const SHOWN_MAX = 200;

export function useCatalog(): { types: EventType[] } {
  const { client } = useFace();
  const { data } = useQuery({
    queryKey: ['event-types-to-pick'],
    queryFn: () => client.get<{ data: EventType[] }>('/v1/event-types', { limit: SHOWN_MAX }),
    staleTime: 60_000,
  });
  return { types: data?.data.filter(({ archived }) => !archived) ?? [] };
}
