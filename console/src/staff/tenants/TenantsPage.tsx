/** The customers of the product. */
import { Button, Modal } from '@mantine/core';
import { Boxes } from 'lucide-react';
import { useState } from 'react';
import { useList } from '../../api/list.js';
import type { Tenant } from '../../api/types.js';
import { useFace } from '../../face/face.js';
import { useGo } from '../../face/path.js';
import { ListTable, type Column } from '../../kit/ListTable.js';
import { Moment } from '../../kit/Moment.js';
import { Page } from '../../kit/Page.js';
import { Empty } from '../../kit/States.js';
import { TenantForm } from './TenantForm.js';

const columns: Column<Tenant>[] = [
  {
    head: 'Name',
    width: '32%',
    cell: ({ name }) => (
      <div className="truncate" style={{ fontWeight: 500 }} title={name}>
        {name}
      </div>
    ),
  },
  {
    head: 'External id',
    width: '26%',
    cell: ({ externalId }) =>
      externalId === null ? (
        <span className="dim">–</span>
      ) : (
        <div className="mono truncate" title={externalId}>
          {externalId}
        </div>
      ),
  },
  {
    head: 'Metadata',
    minor: true,
    cell: ({ metadata }) => (
      <span className="tags">
        {Object.entries(metadata)
          .slice(0, 4)
          .map(([key, value]) => (
            <span key={key} className="tag" title={`${key} ${value}`}>
              {key} {value}
            </span>
          ))}
      </span>
    ),
  },
  { head: 'Since', cell: ({ createdAt }) => <Moment at={createdAt} />, align: 'right', minor: true },
];

export default function TenantsPage() {
  const { can } = useFace();
  const go = useGo();
  const list = useList<Tenant>('/v1/tenants');
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title="Tenants"
      about="The customers of your product; each owns endpoints."
      actions={can.administer && <Button onClick={() => setAdding(true)}>New tenant</Button>}
    >
      <section className="panel">
        <ListTable
          label="Tenants"
          list={list}
          columns={columns}
          keyOf={({ id }) => id}
          linkOf={({ id }) => `/tenants/${id}`}
          empty={
            <Empty icon={Boxes} title="No tenant yet">
              Register your first customer here or with <code>POST /v1/tenants</code>.
            </Empty>
          }
        />
      </section>
      <Modal opened={adding} onClose={() => setAdding(false)} title="New tenant">
        <TenantForm onSaved={({ id }) => go(`/tenants/${id}`)} />
      </Modal>
    </Page>
  );
}
