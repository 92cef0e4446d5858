/** Who changed what, and who read a secret. */
import { Select, TextInput } from '@mantine/core';
import { ScrollText } from 'lucide-react';
import { useState } from 'react';
import { useList } from '../../api/list.js';
import type { AuditRecord } from '../../api/types.js';
import { useLabels } from '../../face/labels.js';
import { useFilters } from '../../face/search.js';
import { AppLink } from '../../kit/AppLink.js';
import { Identifier } from '../../kit/Identifier.js';
import { ListTable, type Column } from '../../kit/ListTable.js';
import { Moment } from '../../kit/Moment.js';
import { Page } from '../../kit/Page.js';
import { Empty } from '../../kit/States.js';

const actions = [
  'tenant.created',
  'tenant.updated',
  'tenant.deleted',
  'endpoint.created',
  'endpoint.updated',
  'endpoint.deleted',
  'secret.read',
  'secret.rotated',
  'api_key.created',
  'api_key.revoked',
  'portal_session.created',
  'replay.created',
  'replay.canceled',
  'delivery.replayed',
  'delivery.canceled',
];

export default function AuditLogPage() {
  const [{ action, tenant }, change] = useFilters();
  const [text, setText] = useState(tenant ?? '');
  const list = useList<AuditRecord>('/v1/audit-log', { action, tenant }, { live: true });
  const labelOf = useLabels(list.rows.map(({ tenantId }) => tenantId));
  const columns: Column<AuditRecord>[] = [
    { head: 'What', cell: ({ action }) => <code>{action}</code> },
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
          <AppLink to={`/tenants/${tenantId}`}>{labelOf(tenantId)?.name ?? tenantId}</AppLink>
        ) : (
          <span className="dim">–</span>
        ),
    },
    {
      head: 'Details',
      minor: true,
      cell: ({ details }) => (
        <code className="dim small" style={{ overflowWrap: 'anywhere' }}>
          {detailWords(details)}
        </code>
      ),
    },
    { head: 'When', cell: ({ createdAt }) => <Moment at={createdAt} />, align: 'right' },
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
          data={actions}
          value={action ?? null}
          onChange={(value) => change({ action: value ?? undefined })}
        />
        <TextInput
          label="Tenant"
          placeholder="id or externalId"
          w={200}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onBlur={() => change({ tenant: text || undefined })}
          onKeyDown={(event) => event.key === 'Enter' && change({ tenant: text || undefined })}
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
            />
          }
        />
      </section>
    </Page>
  );
}

function detailWords(details: unknown): string {
  const text = JSON.stringify(details ?? {});
  return text === '{}' ? '' : text;
}
