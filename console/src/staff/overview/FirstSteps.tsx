/** For an installation that has never delivered anything: what there is to do, one after the other. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Tenant } from '../../api/types.js';
import { useFace } from '../../face/face.js';
import { AppLink } from '../../kit/AppLink.js';
import { Panel } from '../../kit/Page.js';

interface Found {
  tenant: Tenant | undefined;
  hasEndpoint: boolean;
  hasDelivery: boolean;
}

export function FirstSteps({ instead }: { instead: ReactNode }) {
  const { client } = useFace();
  const { data } = useQuery({
    queryKey: ['/v1/tenants', 'first steps'],
    queryFn: async (): Promise<Found> => {
      const first = <T,>(path: string) => client.get<{ data: T[] }>(path, { limit: 1 });
      const [tenants, endpoints, deliveries] = await Promise.all([
        first<Tenant>('/v1/tenants'),
        first('/v1/overview/endpoints'),
        first('/v1/deliveries'),
      ]);
      return {
        tenant: tenants.data[0],
        hasEndpoint: endpoints.data.length > 0,
        hasDelivery: deliveries.data.length > 0,
      };
    },
  });
  if (data === undefined || data.hasDelivery) return <>{instead}</>;
  const { tenant, hasEndpoint } = data;
  return (
    <Panel title="First steps">
      <ol className="first-steps">
        <Step done={tenant !== undefined}>
          <AppLink to="/tenants">Register a tenant</AppLink>: a customer of your product.
        </Step>
        <Step done={hasEndpoint}>
          Add an endpoint on{' '}
          {tenant === undefined ? 'its page' : <AppLink to={`/tenants/${tenant.id}`}>its page</AppLink>}: a
          URL, and the event types that it wants.
        </Step>
        <Step done={false}>
          Send a test event from the endpoint’s page, or emit one with{' '}
          <code>{`POST /v1/tenants/${tenant?.externalId ?? '…'}/events`}</code>. Its delivery appears here.
        </Step>
      </ol>
    </Panel>
  );
}

function Step({ done, children }: { done: boolean; children: ReactNode }) {
  return (
    <li>
      {children} {done && <span className="status-ok">done</span>}
    </li>
  );
}
