/** The catalog: what can happen. For customers it is documentation. */
import { Button, Modal } from '@mantine/core';
import { Tags } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useList } from '../api/list.js';
import type { EventType } from '../api/types.js';
import { useFace } from '../face/face.js';
import { useGo } from '../face/path.js';
import { Clamped } from '../kit/Clamped.js';
import { ListTable, type Column } from '../kit/ListTable.js';
import { Page } from '../kit/Page.js';
import { Empty } from '../kit/States.js';
import { StatusOf } from '../kit/Status.js';
import { CatalogExport } from './CatalogExport.js';
import { CatalogImport } from './CatalogImport.js';
import { EventTypeForm } from './EventTypeForm.js';
import { validationWords } from './validation.js';

const columns: Column<EventType>[] = [
  {
    head: 'Name',
    width: '28%',
    cell: ({ name, version }) => (
      <>
        <div className="mono truncate" style={{ fontWeight: 500 }} title={name}>
          {name}
        </div>
        {version !== null && <div className="dim small truncate">version {version}</div>}
      </>
    ),
  },
  {
    head: 'What it means',
    width: '36%',
    cell: ({ description }) => (
      <div className="dim">{description === '' ? '–' : <Clamped text={description} />}</div>
    ),
  },
  {
    head: 'Group',
    width: '14%',
    minor: true,
    cell: ({ group }) => <div className="truncate">{group ?? ''}</div>,
  },
  {
    head: 'Schema',
    cell: ({ schema, validation }) => (
      <span className="dim">
        {schema === null ? 'none' : validation === 'off' ? 'yes' : `yes, ${validationWords[validation]}`}
      </span>
    ),
    minor: true,
  },
  {
    head: 'State',
    cell: ({ archived }) => <StatusOf status={archived ? 'archived' : 'active'} />,
    minor: true,
  },
];

/** @param publicLink to the catalog's public page, where there is one */
export function EventTypesPage({ publicLink }: { publicLink?: ReactNode }) {
  const { can, kind } = useFace();
  const go = useGo();
  const list = useList<EventType>('/v1/event-types', {}, { limit: 100 });
  const [dialog, setDialog] = useState<'add' | 'import'>();
  const close = () => setDialog(undefined);
  return (
    <Page
      title="Event types"
      about={kind === 'staff' ? 'What your product tells its customers.' : 'What you can be told of.'}
      actions={
        <>
          {publicLink}
          {list.rows.length > 0 && <CatalogExport />}
          {can.administer && (
            <>
              <Button variant="default" onClick={() => setDialog('import')}>
                Import …
              </Button>
              <Button onClick={() => setDialog('add')}>New event type</Button>
            </>
          )}
        </>
      }
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
                : 'Nothing has been documented yet. An endpoint that asks for every type gets whatever is sent.'}
            </Empty>
          }
        />
      </section>
      <Modal opened={dialog === 'add'} onClose={close} title="New event type" size="lg">
        <EventTypeForm onSaved={({ name }) => go(`/event-types/${encodeURIComponent(name)}`)} />
      </Modal>
      <Modal opened={dialog === 'import'} onClose={close} title="Import event types" size="lg">
        <CatalogImport onDone={close} />
      </Modal>
    </Page>
  );
}
