/** The staff's face: sign in, then the console with whatever the key may do. */
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
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
  const [ended, setEnded] = useState(false);
  const client = useMemo(
    () =>
      createClient(undefined, () => {
        if (!queries.getQueryData(SESSION)) return;
        forget(queries);
        setEnded(true);
      }),
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
  const signedIn = (session: ConsoleSession) => {
    queries.setQueryData(SESSION, session);
    setEnded(false);
  };
  if (data === null) return <SignIn client={client} ended={ended} onSignedIn={signedIn} />;

  const signOut = async () => {
    await client.send('DELETE', '/v1/console/session');
    forget(queries);
  };
  return (
    <SessionContext.Provider value={{ session: data, signOut }}>
      <FaceContext.Provider value={faceOf(data, client)}>
        <RouterProvider router={router} />
      </FaceContext.Provider>
    </SessionContext.Provider>
  );
}

/** What one key has read is not for the next one to see. */
function forget(queries: QueryClient): void {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
  queries.setQueryData<ConsoleSession | null>(SESSION, null);
}

function faceOf(session: ConsoleSession, client: Face['client']): Face {
  const isAdmin = session.role === 'admin';
  return {
    kind: 'staff',
    name: 'Posthorn',
    client,
    tenantId: session.tenantId ?? undefined,
    can: { manage: isAdmin, replay: true, administer: isAdmin },
    endpointPath: (tenantId, endpointId) => `/tenants/${tenantId}/endpoints/${endpointId}`,
  };
}
