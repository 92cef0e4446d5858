/** An event type as its receivers need it: what it means, what its fields are, how it looks. */
import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { EventType } from '../api/types.js';
import { useFace } from '../face/face.js';
import { usePathPart } from '../face/path.js';
import { AppLink } from '../kit/AppLink.js';
import { Json } from '../kit/Json.js';
import { useSay } from '../kit/Messages.js';
import { Page, Panel } from '../kit/Page.js';
import { Failure, Loading } from '../kit/States.js';
import { StatusOf } from '../kit/Status.js';
import { EventTypeForm } from './EventTypeForm.js';
import { fieldsOf } from './schema-fields.js';
import { SchemaFields } from './SchemaFields.js';

export default function EventTypePage() {
  const name = usePathPart('name');
  const { client, can, kind } = useFace();
  const queries = useQueryClient();
  const say = useSay();
  const [editing, setEditing] = useState(false);
  const path = `/v1/event-types/${encodeURIComponent(name)}`;
  const type = useQuery({ queryKey: ['event-type', name], queryFn: () => client.get<EventType>(path) });
  const archive = useMutation({
    mutationFn: (archived: boolean) => client.send<EventType>('PATCH', path, { archived }),
    onSuccess: (saved) => queries.setQueryData(['event-type', name], saved),
    onError: say.failed,
  });
  if (type.isPending) return <Loading />;
  if (type.error) return <Failure error={type.error} retry={() => void type.refetch()} />;
  const { description, schema, example, archived } = type.data;
  const fields = fieldsOf(schema);
  return (
    <Page
      title={name}
      back={<AppLink to="/event-types">Event types</AppLink>}
      heading={
        <span className="row" style={{ gap: 12 }}>
          <span className="mono">{name}</span>
          {archived && <StatusOf status="archived" />}
        </span>
      }
      about={description}
      actions={
        <>
          {kind === 'staff' && (
            <AppLink to="/deliveries" search={{ eventType: name }}>
              <Button variant="default" component="span">
                Deliveries
              </Button>
            </AppLink>
          )}
          {can.administer && (
            <>
              <Button variant="default" onClick={() => setEditing(true)}>
                Edit
              </Button>
              <Button variant="default" loading={archive.isPending} onClick={() => archive.mutate(!archived)}>
                {archived ? 'Restore' : 'Archive'}
              </Button>
            </>
          )}
        </>
      }
    >
      <div className="columns">
        <Panel title="Fields of data" flush={fields.length > 0}>
          {fields.length > 0 ? (
            <SchemaFields fields={fields} />
          ) : (
            <div className="dim">No schema describes its data yet.</div>
          )}
        </Panel>
        <Panel title="Example">
          {example === null || example === undefined ? (
            <div className="dim">No example yet; test events of this type are empty.</div>
          ) : (
            <Json text={JSON.stringify(example)} label="example" />
          )}
        </Panel>
      </div>
      {schema !== null && schema !== undefined && (
        <Panel title="JSON Schema">
          <Json text={JSON.stringify(schema)} label="JSON Schema" />
        </Panel>
      )}
      <Modal opened={editing} onClose={() => setEditing(false)} title={`Edit ${name}`} size="lg">
        <EventTypeForm eventType={type.data} onSaved={() => setEditing(false)} />
      </Modal>
    </Page>
  );
}
