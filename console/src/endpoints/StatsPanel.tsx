/** How an endpoint has been doing lately. */
import { useQuery } from '@tanstack/react-query';
import type { Endpoint } from '../api/types.js';
import { useFace } from '../face/face.js';
export function StatsPanel({ endpoint }: { endpoint: Endpoint }) {
  const { client } = useFace();
  useQuery({ queryKey: ['stats', endpoint.id], queryFn: () => client.get('/v1/x'), enabled: false });
  return null;
}
