/** The customers' face: opened by a link that carries a token in its fragment, bound to one tenant, in the host's colours. */
import { useQuery } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { LogIn } from 'lucide-react';
import { createClient } from '../api/client.js';
import { Problem } from '../api/problem.js';
import type { PortalSession } from '../api/types.js';
import { FaceContext, type Face } from '../face/face.js';
import { Empty, Failure, Loading } from '../kit/States.js';
import { applyAccent } from './accent.js';
import { PortalSessionContext } from './session.js';
import { router } from './router.js';
import { forgetToken, takeToken } from './token.js';

export default function Portal() {
  const [token, setToken] = useState(takeToken);
  const client = useMemo(
    () =>
      createClient(token, () => {
        forgetToken();
        setToken(undefined);
      }),
    [token],
  );
  // A host page may give a frame a new link when the old one has expired.
  useEffect(() => {
    const take = () => setToken(takeToken);
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  const session = useQuery({
    queryKey: ['portal-session', token],
    queryFn: () => client.get<PortalSession>('/v1/portal/session'),
    enabled: token !== undefined,
    staleTime: Infinity,
  });
  const color = session.data?.brand.color;
  useEffect(() => (color ? applyAccent(color) : undefined), [color]);

  if (token === undefined || (session.error instanceof Problem && session.error.status === 401))
    return <Expired />;
  if (session.isPending) return <Loading />;
  if (session.error) return <Failure error={session.error} retry={() => void session.refetch()} />;
  return (
    <PortalSessionContext.Provider value={session.data}>
      <FaceContext.Provider value={faceOf(session.data, client)}>
        <RouterProvider router={router} />
      </FaceContext.Provider>
    </PortalSessionContext.Provider>
  );
}

function faceOf({ tenant, brand, rights }: PortalSession, client: Face['client']): Face {
  const manages = rights === 'manage';
  return {
    kind: 'portal',
    name: brand.name ?? 'Webhooks',
    client,
    tenantId: tenant.id,
    can: { manage: manages, replay: manages, administer: false },
    endpointPath: (_, endpointId) => `/endpoints/${endpointId}`,
  };
}

function Expired() {
  return (
    <main className="door">
      <Empty icon={LogIn} title="This link has expired, or is not whole">
        Go back to where you opened it from, and open it again.
      </Empty>
    </main>
  );
}
