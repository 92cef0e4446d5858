/** The customers of the product. */
import { Button, Modal } from '@mantine/core';
import { Boxes } from 'lucide-react';
import { useState } from 'react';
import { useList } from '../../api/list.js';
import type { Tenant } from '../../api/types.js';
import { useFace } from '../../face/face.js';
import { useGo } from '../../face/path.js';
import { useFilters } from '../../face/search.js';
import { ListTable, type Column } from '../../kit/ListTable.js';
import { Moment } from '../../kit/Moment.js';
import { Page } from '../../kit/Page.js';
import { Empty } from '../../kit/States.js';
import { TypedFilter } from '../../kit/TypedFilter.js';
import { TenantForm } from './TenantForm.js';

/** What the API takes at most. */
const SEARCH_LENGTH_MAX = 256;

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
  const [{ search }, change] = useFilters();
  const list = useList<Tenant>('/v1/tenants', { search });
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title="Tenants"
      about="The customers of your product; each owns endpoints."
      actions={can.administer && <Button onClick={() => setAdding(true)}>New tenant</Button>}
    >
      <search className="filters">
        <TypedFilter
          className="filter-whole"
          label="Name, external id or id"
          main
          width={320}
          lengthMax={SEARCH_LENGTH_MAX}
          value={search}
          onChange={(text) => change({ search: text })}
        />
      </search>
      <section className="panel">
        <ListTable
          label="Tenants"
          list={list}
          columns={columns}
          keyOf={({ id }) => id}
          linkOf={({ id }) => `/tenants/${id}`}
          empty={
            search === undefined ? (
              <Empty icon={Boxes} title="No tenant yet">
                {can.administer ? 'Register your first customer here' : 'An admin registers customers here'}{' '}
                or with <code>POST /v1/tenants</code>.
              </Empty>
            ) : (
              <Empty
                icon={Boxes}
                title="No tenant fits"
                action={
                  <Button variant="default" onClick={() => change({ search: undefined })}>
                    Show all tenants
                  </Button>
                }
              >
                A part of the name or of the external id will do; an id has to be whole. Deleted tenants are
                not among them.
              </Empty>
            )
          }
        />
      </section>
      <Modal opened={adding} onClose={() => setAdding(false)} title="New tenant">
        <TenantForm onSaved={({ id }) => go(`/tenants/${id}`)} />
      </Modal>
    </Page>
  );
}
