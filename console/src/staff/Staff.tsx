/** The staff's face: sign in, then the console with whatever the key may do. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useMemo } from 'react';
import { createClient } from '../api/client.js';
import { Problem } from '../api/problem.js';
import type { ConsoleSession } from '../api/types.js';
import { FaceContext, type Face } from '../face/face.js';
import { Failure, Loading } from '../kit/States.js';
import { router } from './router.js';
import { SessionContext } from './session.js';
import { SignIn } from './SignIn.js';

const SESSION = ['session'];

export default function Staff() {
  const queries = useQueryClient();
  const client = useMemo(
    () => createClient(undefined, () => queries.setQueryData<ConsoleSession | null>(SESSION, null)),
    [queries],
  );
  const { data, error, isPending, refetch } = useQuery({
    queryKey: SESSION,
    queryFn: async () => {
      try {
        return await client.get<ConsoleSession>('/v1/console/session');
      } catch (problem) {
        if (problem instanceof Problem && problem.status === 401) return null;
        throw problem;
      }
    },
    staleTime: Infinity,
  });

  if (isPending) return <Loading />;
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (data === null)
    return <SignIn client={client} onSignedIn={(session) => queries.setQueryData(SESSION, session)} />;

  const signOut = async () => {
    await client.send('DELETE', '/v1/console/session');
    queries.clear();
    queries.setQueryData(SESSION, null);
  };
  return (
    <SessionContext.Provider value={{ session: data, signOut }}>
      <FaceContext.Provider value={faceOf(data, client)}>
        <RouterProvider router={router} />
      </FaceContext.Provider>
    </SessionContext.Provider>
  );
}

function faceOf(session: ConsoleSession, client: Face['client']): Face {
  const isAdmin = session.role === 'admin';
  return {
    kind: 'staff',
    client,
    tenantId: session.tenantId ?? undefined,
    can: { manage: isAdmin, replay: true, administer: isAdmin },
    endpointPath: (tenantId, endpointId) => `/tenants/${tenantId}/endpoints/${endpointId}`,
  };
}
