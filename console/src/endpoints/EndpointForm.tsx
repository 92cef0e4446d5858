/** An endpoint, new or changed: explains what each setting does, and says what is wrong beside the field. */
import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { messageOf, problemAt, Problem } from '../api/problem.js';
import type { Endpoint, NewEndpoint } from '../api/types.js';
import { useFace } from '../face/face.js';
import { useGo } from '../face/path.js';
import { useSay } from '../kit/Messages.js';
import { EventTypePicker } from './EventTypePicker.js';
import { draftOf, filterProblem, newDraft, requestOf, urlProblem, type EndpointDraft } from './form.js';
import { pausesProblem } from './retry.js';
import { Sections } from './sections.js';

interface Props {
  tenantId: string;
  endpoint?: Endpoint;
  onDone: () => void;
}

export function EndpointForm({ tenantId, endpoint, onDone }: Props) {
  const { client, endpointPath } = useFace();
  const queries = useQueryClient();
  const go = useGo();
  const say = useSay();
  const [draft, setDraft] = useState<EndpointDraft>(endpoint ? draftOf(endpoint) : newDraft);
  const change = (changes: Partial<EndpointDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const path = `/v1/tenants/${tenantId}/endpoints`;
  const save = useMutation({
    mutationFn: () =>
      endpoint
        ? client.send<Endpoint>('PATCH', `${path}/${endpoint.id}`, requestOf(draft))
        : client.send<NewEndpoint>('POST', path, requestOf(draft)),
    onSuccess: async (saved) => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: [path] }),
        queries.invalidateQueries({ queryKey: ['endpoint', saved.id] }),
      ]);
      say.done(endpoint ? 'Saved.' : 'The endpoint is registered. Send it a test event.');
      onDone();
      if (!endpoint) go(endpointPath(tenantId, saved.id));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const problems = [urlProblem(draft.url), filterProblem(draft.filter), pausesProblem(draft.retry)];
    if (problems.every((problem) => problem === undefined)) save.mutate();
  };
  const at = (name: string) => problemAt(save.error, name);
  const general =
    save.error && !(save.error instanceof Problem && save.error.errors.length > 0)
      ? messageOf(save.error)
      : undefined;

  return (
    <form className="stack" onSubmit={submit}>
      <TextInput
        label="URL"
        description="Where events are sent: POST requests with a JSON body, signed."
        placeholder="https://example.com/webhooks"
        required
        value={draft.url}
        onChange={(event) => change({ url: event.currentTarget.value })}
        error={urlProblem(draft.url) ?? at('url')}
        data-autofocus
      />
      <TextInput
        label="Description"
        placeholder="Books invoices into the ERP"
        value={draft.description}
        onChange={(event) => change({ description: event.currentTarget.value })}
        error={at('description')}
      />
      <EventTypePicker
        value={draft.eventTypes}
        onChange={(eventTypes) => change({ eventTypes })}
        error={at('eventTypes')}
      />
      <Sections draft={draft} change={change} at={at} isNew={endpoint === undefined} />
      {general && (
        <div className="note note-bad" role="alert">
          {general}
        </div>
      )}
      <div className="row-end">
        <Button variant="default" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" loading={save.isPending}>
          {endpoint ? 'Save' : 'Add endpoint'}
        </Button>
      </div>
    </form>
  );
}
