/** One tenant: its endpoints and how they fare, its portal, its deliveries. */
import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { Tenant } from '../../api/types.js';
import { EndpointList } from '../../endpoints/EndpointList.js';
import { EndpointForm } from '../../endpoints/EndpointForm.js';
import { ListenersPanel } from '../../endpoints/ListenersPanel.js';
import { useFace } from '../../face/face.js';
import { useGo, usePathPart } from '../../face/path.js';
import { Answered } from '../../kit/Answered.js';
import { AppLink } from '../../kit/AppLink.js';
import { Clamped } from '../../kit/Clamped.js';
import { Confirm } from '../../kit/Confirm.js';
import { Identifier } from '../../kit/Identifier.js';
import { useSay } from '../../kit/Messages.js';
import { Moment } from '../../kit/Moment.js';
import { Facts, Page, Panel } from '../../kit/Page.js';
import { inFull } from '../../kit/words.js';
import { PortalLink } from './PortalLink.js';
import { TenantForm } from './TenantForm.js';

type Dialog = 'edit' | 'delete' | 'endpoint' | 'portal' | undefined;

export default function TenantPage() {
  const id = usePathPart('tenant');
  const { client } = useFace();
  const tenant = useQuery({
    queryKey: ['tenant', id],
    queryFn: () => client.get<Tenant>(`/v1/tenants/${encodeURIComponent(id)}`),
  });
  return (
    <Answered query={tenant} back={<AppLink to="/tenants">Tenants</AppLink>}>
      {(answer) => <Story tenant={answer} />}
    </Answered>
  );
}

function Story({ tenant: data }: { tenant: Tenant }) {
  const { client, can } = useFace();
  const [dialog, setDialog] = useState<Dialog>();
  const queries = useQueryClient();
  const go = useGo();
  const say = useSay();
  const remove = useMutation({
    mutationFn: () => client.send('DELETE', `/v1/tenants/${data.id}`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['/v1/tenants'] });
      go('/tenants');
    },
    onError: say.failed,
  });
  const close = () => setDialog(undefined);
  return (
    <Page
      title={data.name}
      heading={<Clamped text={data.name} />}
      back={<AppLink to="/tenants">Tenants</AppLink>}
      actions={
        <>
          <AppLink to="/deliveries" search={{ tenant: data.id }}>
            <Button variant="default" component="span">
              Deliveries
            </Button>
          </AppLink>
          <Button variant="default" onClick={() => setDialog('portal')}>
            Portal link
          </Button>
          {can.administer && (
            <>
              <Button variant="default" onClick={() => setDialog('edit')}>
                Edit
              </Button>
              <Button variant="light" color="red" onClick={() => setDialog('delete')}>
                Delete
              </Button>
            </>
          )}
        </>
      }
    >
      <div className="columns-wide">
        <div className="stack">
          <Panel
            title="Endpoints"
            flush
            aside={
              can.manage && (
                <Button variant="default" onClick={() => setDialog('endpoint')}>
                  New endpoint
                </Button>
              )
            }
          >
            <EndpointList tenantId={data.id} />
          </Panel>
          <ListenersPanel tenantId={data.id} command={{ tenant: data.externalId ?? data.id }} />
        </div>
        <Panel title="Details">
          <Facts
            facts={[
              ['Tenant', <Identifier id={data.id} />],
              [
                'External id',
                data.externalId === null ? <span className="dim">–</span> : <code>{data.externalId}</code>,
              ],
              ['Since', <Moment at={data.createdAt} as="full" />],
              ['Event types', data.strictEventTypes ? 'of the catalog only' : 'any'],
              [
                'Emit limit',
                data.emitRateLimitPerSecond === null
                  ? 'none'
                  : `${inFull(data.emitRateLimitPerSecond)} per second`,
              ],
              ...Object.entries(data.metadata).map(([key, value]): [string, ReactNode] => [
                key,
                <Clamped text={value} lines={3} />,
              ]),
            ]}
          />
        </Panel>
      </div>
      <Modal opened={dialog === 'edit'} onClose={close} title="Edit tenant">
        <TenantForm tenant={data} onSaved={close} />
      </Modal>
      <Modal opened={dialog === 'portal'} onClose={close} title="Portal link">
        <PortalLink tenantId={data.id} />
      </Modal>
      <Modal opened={dialog === 'endpoint'} onClose={close} title="New endpoint" size="lg">
        <EndpointForm tenantId={data.id} onDone={close} />
      </Modal>
      <Confirm
        opened={dialog === 'delete'}
        title={`Delete ${data.name}?`}
        act="Delete tenant"
        busy={remove.isPending}
        onAct={() => remove.mutate()}
        onClose={close}
      >
        Its endpoints are deleted, what is pending for them is canceled, and its portal links stop working.
        Its log stays until it is too old to be kept.
      </Confirm>
    </Page>
  );
}
