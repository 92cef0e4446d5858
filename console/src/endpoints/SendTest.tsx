/** Sends the event type's example to one endpoint, marked as a test, and leads to what became of it. */
import { Autocomplete, Button, Modal } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { messageOf } from '../api/problem.js';
import type { Delivery, Endpoint } from '../api/types.js';
import { useCatalog } from '../event-types/catalog.js';
import { useFace } from '../face/face.js';
import { useGo } from '../face/path.js';

export function SendTest({ endpoint }: { endpoint: Endpoint }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Send test
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title="Send a test event" size="sm">
        <TestForm endpoint={endpoint} />
      </Modal>
    </>
  );
}

function TestForm({ endpoint }: { endpoint: Endpoint }) {
  const { client } = useFace();
  const go = useGo();
  const { types } = useCatalog();
  const concrete = endpoint.eventTypes.find((type) => !type.includes('*'));
  const [type, setType] = useState(concrete ?? '');
  const send = useMutation({
    mutationFn: () =>
      client.send<Delivery>(
        'POST',
        `/v1/tenants/${endpoint.tenantId}/endpoints/${endpoint.id}/test`,
        type === '' ? {} : { type },
      ),
    onSuccess: ({ id }) => go(`/deliveries/${id}`),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Autocomplete
        label="Event type"
        description="Its example from the catalog is sent, signed like any other event."
        size="xs"
        data={types.map(({ name }) => name)}
        value={type}
        onChange={setType}
        placeholder="one that it asked for"
        openOnFocus={false}
      />
      {send.error && (
        <div className="note note-bad" role="alert">
          {messageOf(send.error)}
        </div>
      )}
      <div className="row-end">
        <Button type="submit" loading={send.isPending}>
          Send test event
        </Button>
      </div>
    </form>
  );
}
