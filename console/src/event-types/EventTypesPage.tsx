/** The catalog: what can happen. For customers it is documentation. */
import { Button, Modal } from '@mantine/core';
import { Tags } from 'lucide-react';
import { useState } from 'react';
import { useList } from '../api/list.js';
import type { EventType } from '../api/types.js';
import { useFace } from '../face/face.js';
import { useGo } from '../face/path.js';
import { ListTable, type Column } from '../kit/ListTable.js';
import { Page } from '../kit/Page.js';
import { Empty } from '../kit/States.js';
import { StatusOf } from '../kit/Status.js';
import { EventTypeForm } from './EventTypeForm.js';

const columns: Column<EventType>[] = [
  { head: 'Name', cell: ({ name }) => <code style={{ fontWeight: 500 }}>{name}</code> },
  { head: 'What it means', cell: ({ description }) => <span className="dim">{description || '–'}</span> },
  {
    head: 'Schema',
    cell: ({ schema }) => <span className="dim">{schema === null ? 'none' : 'JSON Schema'}</span>,
    minor: true,
  },
  {
    head: 'State',
    cell: ({ archived }) => <StatusOf status={archived ? 'archived' : 'active'} />,
    minor: true,
  },
];

export default function EventTypesPage() {
  const { can, kind } = useFace();
  const go = useGo();
  const list = useList<EventType>('/v1/event-types', {}, { limit: 100 });
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title="Event types"
      about={kind === 'staff' ? 'What your product tells its customers.' : 'What you can be told of.'}
      actions={can.administer && <Button onClick={() => setAdding(true)}>New event type</Button>}
    >
      <section className="panel">
        <ListTable
          label="Event types"
          list={list}
          columns={columns}
          keyOf={({ name }) => name}
          linkOf={({ name }) => `/event-types/${encodeURIComponent(name)}`}
          empty={
            <Empty icon={Tags} title="The catalog is empty">
              {kind === 'staff'
                ? 'Events of any type may be emitted all the same. Declaring types documents them for customers and gives test events an example.'
                : 'Nothing has been documented yet.'}
            </Empty>
          }
        />
      </section>
      <Modal opened={adding} onClose={() => setAdding(false)} title="New event type" size="lg">
        <EventTypeForm onSaved={({ name }) => go(`/event-types/${encodeURIComponent(name)}`)} />
      </Modal>
    </Page>
  );
}
