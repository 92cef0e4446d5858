/** One endpoint: how it fares and why, its settings, its secret, its last deliveries. */
import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { useState } from 'react';
import { useList } from '../api/list.js';
import type { Delivery, Endpoint } from '../api/types.js';
import { DeliveryTable } from '../deliveries/DeliveryTable.js';
import { useFace } from '../face/face.js';
import { useLabels } from '../face/labels.js';
import { usePathPart } from '../face/path.js';
import { Answered } from '../kit/Answered.js';
import { AppLink } from '../kit/AppLink.js';
import { Clamped } from '../kit/Clamped.js';
import { Page, Panel } from '../kit/Page.js';
import { Empty } from '../kit/States.js';
import { StatusOf } from '../kit/Status.js';
import { EndpointActions } from './EndpointActions.js';
import { EndpointForm } from './EndpointForm.js';
import { EndpointSettings } from './EndpointSettings.js';
import { HealthNote } from './HealthNote.js';
import { endpointName, isListener } from './listener.js';
import { ListenerNote } from './ListenerNote.js';
import { SecretPanel } from './SecretPanel.js';
import { StatsPanel } from './StatsPanel.js';

const LIVE_MS = 5_000;
const SHOWN = 10;

export default function EndpointPage() {
  const id = usePathPart('endpoint');
  const tenant = usePathPart('tenant');
  const face = useFace();
  const tenantId = tenant || (face.tenantId ?? '');
  const endpoint = useQuery({
    queryKey: ['endpoint', id],
    queryFn: () => face.client.get<Endpoint>(`/v1/tenants/${encodeURIComponent(tenantId)}/endpoints/${id}`),
    refetchInterval: LIVE_MS,
  });
  return (
    <Answered query={endpoint} back={<Back tenantId={tenantId} />}>
      {(answer) => <EndpointView endpoint={answer} />}
    </Answered>
  );
}

/** Staff go back to the tenant, and are told by the way whose endpoint it is. */
function Back({ tenantId }: { tenantId: string }) {
  const { kind } = useFace();
  const name = useLabels(kind === 'staff' ? [tenantId] : [])(tenantId)?.name;
  if (kind !== 'staff') return <AppLink to="/">Endpoints</AppLink>;
  return <AppLink to={`/tenants/${encodeURIComponent(tenantId)}`}>{name ?? 'Tenant'}</AppLink>;
}

function EndpointView({ endpoint }: { endpoint: Endpoint }) {
  const { can } = useFace();
  const [editing, setEditing] = useState(false);
  const deliveries = useList<Delivery>(
    '/v1/deliveries',
    { endpoint: endpoint.id },
    { live: true, limit: SHOWN },
  );
  const all = { endpoint: endpoint.id };
  return (
    <Page
      title={endpointName(endpoint.url)}
      back={<Back tenantId={endpoint.tenantId} />}
      heading={
        <span className="row" style={{ gap: 12 }}>
          <Clamped text={endpointName(endpoint.url)} /> <StatusOf status={endpoint.status} />
        </span>
      }
      about={endpoint.description}
      actions={<EndpointActions endpoint={endpoint} onEdit={() => setEditing(true)} />}
    >
      {isListener(endpoint.url) && <ListenerNote endpoint={endpoint} />}
      <HealthNote endpoint={endpoint} />
      <div className="columns-wide">
        <div className="stack">
          <StatsPanel endpoint={endpoint} />
          <Panel
            title="Last deliveries"
            flush
            aside={
              <>
                <AppLink to="/deliveries" search={{ ...all, status: 'failed' }}>
                  Failed
                </AppLink>
                <AppLink to="/deliveries" search={all}>
                  All
                </AppLink>
              </>
            }
          >
            <DeliveryTable
              withEndpoint={false}
              list={{ ...deliveries, rows: deliveries.rows.slice(0, SHOWN), hasMore: false }}
              empty={
                <Empty icon={Send} title="Nothing was sent here yet">
                  {can.manage
                    ? 'Send a test event to see one arrive.'
                    : 'Deliveries appear here as events happen.'}
                </Empty>
              }
            />
          </Panel>
        </div>
        <div className="stack">
          {can.manage && <SecretPanel endpoint={endpoint} />}
          <EndpointSettings endpoint={endpoint} />
        </div>
      </div>
      <Modal opened={editing} onClose={() => setEditing(false)} title="Edit endpoint" size="lg">
        <EndpointForm tenantId={endpoint.tenantId} endpoint={endpoint} onDone={() => setEditing(false)} />
      </Modal>
    </Page>
  );
}
