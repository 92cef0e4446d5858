/** The public face: the event catalog as documentation, for people without any key (PUBLIC_CATALOG). */
import { useQuery } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { BookX } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { createClient } from '../api/client.js';
import { Problem } from '../api/problem.js';
import type { PublicCatalogPage } from '../api/types.js';
import { FaceContext, type Face } from '../face/face.js';
import { Empty, Failure, Loading } from '../kit/States.js';
import { applyAccent } from '../portal/accent.js';
import { BrandContext } from './brand.js';
import { router } from './router.js';

export default function Catalog() {
  const client = useMemo(() => createClient(undefined, () => undefined), []);
  const first = useQuery({
    queryKey: ['public-brand'],
    queryFn: () => client.get<PublicCatalogPage>('/v1/catalog', { limit: 1 }),
    staleTime: Infinity,
  });
  const color = first.data?.brand.color;
  useEffect(() => (color ? applyAccent(color) : undefined), [color]);
  if (first.isPending) return <Loading />;
  if (first.error instanceof Problem && first.error.status === 404) return <NotPublic />;
  if (first.error) return <Failure error={first.error} retry={() => void first.refetch()} />;
  return (
    <BrandContext.Provider value={first.data.brand}>
      <FaceContext.Provider value={publicFace(client, first.data.brand.name)}>
        <RouterProvider router={router} />
      </FaceContext.Provider>
    </BrandContext.Provider>
  );
}

function publicFace(client: Face['client'], name: string | null): Face {
  return {
    kind: 'public',
    name: name ?? 'Webhooks',
    client,
    tenantId: undefined,
    can: { manage: false, replay: false, administer: false },
    endpointPath: () => '/',
  };
}

function NotPublic() {
  return (
    <main className="door">
      <Empty icon={BookX} title="There is no public catalog here">
        If you have a portal of your own, you find the event types there.
      </Empty>
    </main>
  );
}
