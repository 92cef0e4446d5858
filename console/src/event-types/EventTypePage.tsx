/** An event type as its receivers need it: what it means, what its fields are, how it looks. */
import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { EventType } from '../api/types.js';
import { useFace } from '../face/face.js';
import { useGo, usePathPart } from '../face/path.js';
import { Answered } from '../kit/Answered.js';
import { AppLink } from '../kit/AppLink.js';
import { Confirm } from '../kit/Confirm.js';
import { useSay } from '../kit/Messages.js';
import { Page } from '../kit/Page.js';
import { StatusOf } from '../kit/Status.js';
import { EventTypeDocs } from './EventTypeDocs.js';
import { EventTypeForm } from './EventTypeForm.js';
import { validationWords } from './validation.js';

export default function EventTypePage() {
  const name = usePathPart('name');
  const { client } = useFace();
  const path = `/v1/event-types/${encodeURIComponent(name)}`;
  const type = useQuery({ queryKey: ['event-type', name], queryFn: () => client.get<EventType>(path) });
  return (
    <Answered query={type} back={<AppLink to="/event-types">Event types</AppLink>}>
      {(answer) => <Story eventType={answer} />}
    </Answered>
  );
}

function Story({ eventType }: { eventType: EventType }) {
  const { name, description, group, version, validation, archived } = eventType;
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
      actions={<Actions eventType={eventType} />}
    >
      <div className="stack-tight">
        <div style={{ overflowWrap: 'anywhere', maxWidth: '80ch' }}>{description}</div>
        <div className="tags">
          {group !== null && <span className="tag">{group}</span>}
          {version !== null && <span className="tag">version {version}</span>}
          {validation !== 'off' && (
            <span className="tag">{validationWords[validation]} when data does not fit</span>
          )}
        </div>
      </div>
      <EventTypeDocs eventType={eventType} />
    </Page>
  );
}

function Actions({ eventType }: { eventType: EventType }) {
  const { client, can, kind } = useFace();
  const queries = useQueryClient();
  const go = useGo();
  const say = useSay();
  const [dialog, setDialog] = useState<'edit' | 'delete'>();
  const { name, archived } = eventType;
  const path = `/v1/event-types/${encodeURIComponent(name)}`;
  const archive = useMutation({
    mutationFn: () => client.send<EventType>('PATCH', path, { archived: !archived }),
    onSuccess: (saved) => queries.setQueryData(['event-type', name], saved),
    onError: say.failed,
  });
  const remove = useMutation({
    mutationFn: () => client.send('DELETE', path),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['/v1/event-types'] });
      go('/event-types');
    },
    onError: say.failed,
  });
  const close = () => setDialog(undefined);
  return (
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
          <Button variant="default" onClick={() => setDialog('edit')}>
            Edit
          </Button>
          <Button variant="default" loading={archive.isPending} onClick={() => archive.mutate()}>
            {archived ? 'Restore' : 'Archive'}
          </Button>
          <Button variant="light" color="red" onClick={() => setDialog('delete')}>
            Delete
          </Button>
        </>
      )}
      <Modal opened={dialog === 'edit'} onClose={close} title={`Edit ${name}`} size="lg">
        <EventTypeForm eventType={eventType} onSaved={close} />
      </Modal>
      <Confirm
        opened={dialog === 'delete'}
        title={`Delete ${name}?`}
        act="Delete event type"
        busy={remove.isPending}
        onAct={() => remove.mutate()}
        onClose={close}
      >
        It leaves the catalog; its events and deliveries stay. To refuse new events of it, archive it instead.
      </Confirm>
    </>
  );
}
