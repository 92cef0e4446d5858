/** Replays of many deliveries: who ran which, how far they are; and the form for a new one, from any filter. */
import { Button, Modal } from '@mantine/core';
import { RotateCcw } from 'lucide-react';
import { useList } from '../api/list.js';
import type { Replay } from '../api/types.js';
import { filterNames } from '../deliveries/filter.js';
import { Author } from '../face/Author.js';
import { ProgressCell } from '../background/ProgressCell.js';
import { useFace } from '../face/face.js';
import { useFilters } from '../face/search.js';
import { ListTable, type Column } from '../kit/ListTable.js';
import { Moment } from '../kit/Moment.js';
import { Page } from '../kit/Page.js';
import { Empty } from '../kit/States.js';
import { StatusOf } from '../kit/Status.js';
import { inFull } from '../kit/words.js';
import { FilterWords } from './FilterWords.js';
import { NewReplay } from './NewReplay.js';
import { replayProgress } from './progress.js';

const columns: Column<Replay>[] = [
  { head: 'What', cell: ({ filter, missing }) => <FilterWords filter={filter} missing={missing} /> },
  { head: 'Status', cell: ({ status }) => <StatusOf status={status} /> },
  {
    head: 'Progress',
    minor: true,
    width: '18%',
    cell: (replay) => (
      <ProgressCell progress={replayProgress(replay)}>
        {`${inFull(replay.replayed)} of ${inFull(replay.total)}`}
      </ProgressCell>
    ),
  },
  { head: 'By', cell: ({ createdBy }) => <Author id={createdBy} />, minor: true },
  { head: 'Started', cell: ({ createdAt }) => <Moment at={createdAt} />, align: 'right' },
];

export default function ReplaysPage() {
  const { can } = useFace();
  const [filters, change] = useFilters();
  const list = useList<Replay>('/v1/replays', {}, { live: true });
  const isNew = filters.new !== undefined;
  return (
    <Page
      title="Replays"
      about="Deliveries that were sent again, by the hundred or the million."
      actions={can.replay && <Button onClick={() => change({ new: '1' })}>New replay</Button>}
    >
      <section className="panel">
        <ListTable
          label="Replays"
          list={list}
          columns={columns}
          keyOf={({ id }) => id}
          linkOf={({ id }) => `/replays/${id}`}
          empty={
            <Empty icon={RotateCcw} title="No replay has been run">
              After an outage, filter the deliveries that failed and replay them all at once.
            </Empty>
          }
        />
      </section>
      <Modal
        opened={isNew}
        onClose={() =>
          change(
            Object.fromEntries([...filterNames, 'new', 'missing'].map((name) => [name, undefined])),
            true,
          )
        }
        title="New replay"
        size="lg"
      >
        <NewReplay />
      </Modal>
    </Page>
  );
}
