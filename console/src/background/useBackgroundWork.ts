/** Work that the server does in the background, a replay or a broadcast: watched while it moves, and canceled. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useFace } from '../face/face.js';
import { useSay } from '../kit/Messages.js';

const LIVE_MS = 1_000;

/** @param isMoving while it is true, the work is asked for again */
export function useBackgroundWork<T>(
  kind: 'replays' | 'broadcasts',
  id: string,
  isMoving: (work: T) => boolean,
) {
  const { client } = useFace();
  const say = useSay();
  const [asking, setAsking] = useState(false);
  const path = `/v1/${kind}/${id}`;
  const query = useQuery({
    queryKey: [kind, id],
    queryFn: () => client.get<T>(path),
    refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? LIVE_MS : false),
  });
  const cancel = useMutation({
    mutationFn: () => client.send<T>('POST', `${path}/cancel`),
    onSuccess: () => query.refetch(),
    onError: say.failed,
    onSettled: () => setAsking(false),
  });
  return {
    query,
    ask: () => setAsking(true),
    /** For the question whether it is meant. */
    confirm: {
      opened: asking,
      busy: cancel.isPending,
      onAct: () => cancel.mutate(),
      onClose: () => setAsking(false),
    },
  };
}
