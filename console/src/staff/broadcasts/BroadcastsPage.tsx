/** Events for many tenants at once: what was sent to whom, how far it is; and the form for a new one. */
import { Button, Modal } from '@mantine/core';
import { Megaphone } from 'lucide-react';
import { useState } from 'react';
import { useList } from '../../api/list.js';
import type { Broadcast } from '../../api/types.js';
import { Author } from '../../face/Author.js';
import { ProgressCell } from '../../background/ProgressCell.js';
import { useFace } from '../../face/face.js';
import { ListTable, type Column } from '../../kit/ListTable.js';
import { Moment } from '../../kit/Moment.js';
import { Page } from '../../kit/Page.js';
import { Empty } from '../../kit/States.js';
import { StatusOf } from '../../kit/Status.js';
import { inFull } from '../../kit/words.js';
import { NewBroadcast } from './NewBroadcast.js';
import { broadcastProgress } from './progress.js';

const columns: Column<Broadcast>[] = [
  {
    head: 'Event type',
    width: '26%',
    cell: ({ type, tenants }) => (
      <>
        <div className="mono truncate" title={type}>
          {type}
        </div>
        <div className="only-phone dim small">{audience(tenants)}</div>
      </>
    ),
  },
  { head: 'To', minor: true, cell: ({ tenants }) => audience(tenants) },
  { head: 'Status', cell: ({ status }) => <StatusOf status={status} /> },
  {
    head: 'Progress',
    minor: true,
    width: '18%',
    cell: (broadcast) => (
      <ProgressCell progress={broadcastProgress(broadcast)}>
        {`${inFull(broadcast.emitted)} of ${inFull(broadcast.total)} tenants`}
      </ProgressCell>
    ),
  },
  { head: 'By', cell: ({ createdBy }) => <Author id={createdBy} />, minor: true },
  { head: 'Started', cell: ({ createdAt }) => <Moment at={createdAt} />, align: 'right' },
];

function audience(tenants: Broadcast['tenants']): string {
  return tenants === 'all' ? 'everybody who wants it' : 'listed tenants';
}

export default function BroadcastsPage() {
  const { can } = useFace();
  const [isNew, setNew] = useState(false);
  const list = useList<Broadcast>('/v1/broadcasts', {}, { live: true });
  return (
    <Page
      title="Broadcasts"
      about="One event for many tenants, each with a delivery log of its own."
      actions={can.administer && <Button onClick={() => setNew(true)}>New broadcast</Button>}
    >
      <section className="panel">
        <ListTable
          label="Broadcasts"
          list={list}
          columns={columns}
          keyOf={({ id }) => id}
          linkOf={({ id }) => `/broadcasts/${id}`}
          empty={
            <Empty icon={Megaphone} title="Nothing was broadcast yet">
              New terms, a maintenance window: what everybody is to be told is emitted once.
            </Empty>
          }
        />
      </section>
      <Modal opened={isNew} onClose={() => setNew(false)} title="New broadcast" size="lg">
        <NewBroadcast />
      </Modal>
    </Page>
  );
}
