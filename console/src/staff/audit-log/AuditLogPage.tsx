/** Who changed what, and who read a secret. */
import { Select } from '@mantine/core';
import { ScrollText } from 'lucide-react';
import { useList } from '../../api/list.js';
import type { AuditRecord } from '../../api/types.js';
import { useLabels } from '../../face/labels.js';
import { useFilters } from '../../face/search.js';
import { AppLink } from '../../kit/AppLink.js';
import { Clamped } from '../../kit/Clamped.js';
import { Identifier } from '../../kit/Identifier.js';
import { ListTable, type Column } from '../../kit/ListTable.js';
import { Moment } from '../../kit/Moment.js';
import { Page } from '../../kit/Page.js';
import { Empty } from '../../kit/States.js';
import { TenantSelect } from '../../tenants/TenantSelect.js';

const actions = [
  'answers.read',
  'api_key.created',
  'api_key.revoked',
  'broadcast.canceled',
  'broadcast.created',
  'delivery.canceled',
  'delivery.replayed',
  'endpoint.circuit_closed',
  'endpoint.circuit_opened',
  'endpoint.created',
  'endpoint.deleted',
  'endpoint.disabled',
  'endpoint.failing',
  'endpoint.updated',
  'event.canceled',
  'event_type.created',
  'event_type.deleted',
  'event_type.imported',
  'event_type.updated',
  'listener.ended',
  'payload.read',
  'payloads.searched',
  'portal_session.created',
  'replay.canceled',
  'replay.created',
  'secret.read',
  'secret.rotated',
  'tenant.created',
  'tenant.deleted',
  'tenant.updated',
];

export default function AuditLogPage() {
  const [{ action, tenant }, change] = useFilters();
  const list = useList<AuditRecord>('/v1/audit-log', { action, tenant }, { live: true });
  const labelOf = useLabels(list.rows.map(({ tenantId }) => tenantId));
  const columns: Column<AuditRecord>[] = [
    {
      head: 'What',
      cell: ({ action, createdAt, targetId, tenantId }) => (
        <>
          <code>{action}</code>
          <div className="only-phone dim small">
            <div>{targetId && <Identifier id={targetId} />}</div>
            {tenantId && <div className="truncate">{labelOf(tenantId)?.name ?? tenantId}</div>}
            <Moment at={createdAt} />
          </div>
        </>
      ),
    },
    {
      head: 'Who',
      cell: ({ actor, remoteAddress }) => (
        <>
          <div className="truncate">
            {actor.name ?? (actor.kind === 'portal' ? 'a customer, in the portal' : actor.kind)}
          </div>
          {remoteAddress && <div className="dim small">{remoteAddress}</div>}
        </>
      ),
    },
    { head: 'To what', minor: true, cell: ({ targetId }) => (targetId ? <Identifier id={targetId} /> : '–') },
    {
      head: 'Tenant',
      minor: true,
      cell: ({ tenantId }) =>
        tenantId ? (
          <AppLink to={`/tenants/${tenantId}`}>
            <Clamped text={labelOf(tenantId)?.name ?? tenantId} />
          </AppLink>
        ) : (
          <span className="dim">–</span>
        ),
    },
    {
      head: 'Details',
      minor: true,
      width: '26%',
      cell: ({ details }) => <div className="dim small">{detailLines(details)}</div>,
    },
    { head: 'When', cell: ({ createdAt }) => <Moment at={createdAt} />, align: 'right', minor: true },
  ];
  return (
    <Page title="Audit log" about="Who changed what, and who read a secret. Nothing here is ever changed.">
      <search className="filters">
        <Select
          label="Action"
          placeholder="Any"
          clearable
          searchable
          w={200}
          data={action === undefined || actions.includes(action) ? actions : [action, ...actions]}
          value={action ?? null}
          onChange={(value) => change({ action: value ?? undefined })}
        />
        <TenantSelect
          label="Tenant"
          width={200}
          value={tenant}
          onChange={(chosen) => change({ tenant: chosen })}
        />
      </search>
      <section className="panel">
        <ListTable
          label="Audit log"
          list={list}
          columns={columns}
          keyOf={({ id }) => id}
          empty={
            <Empty
              icon={ScrollText}
              title={action || tenant ? 'Nothing fits' : 'Nothing has been changed yet'}
            >
              {action || tenant
                ? 'Take a filter away to see more.'
                : 'Whatever is changed or read that is secret is written here.'}
            </Empty>
          }
        />
      </section>
    </Page>
  );
}

function detailLines(details: Record<string, unknown>) {
  return Object.entries(details).map(([name, value]) => (
    <Clamped
      key={name}
      lines={3}
      text={`${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`}
    />
  ));
}
