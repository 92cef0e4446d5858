/** An endpoint, new or changed: explains what each setting does, and says what is wrong beside the field. */
import { Button, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { messageOf, problemAt, Problem } from '../api/problem.js';
import type { Endpoint, NewEndpoint } from '../api/types.js';
import { useFace } from '../face/face.js';
import { useGo } from '../face/path.js';
import { useSay } from '../kit/Messages.js';
import { EventTypePicker } from './EventTypePicker.js';
import { draftOf, filterProblem, newDraft, requestOf, urlProblem, type EndpointDraft } from './form.js';
import { HeaderFields } from './HeaderFields.js';

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
  const [more, setMore] = useState(endpoint !== undefined);
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
    if (urlProblem(draft.url) === undefined && filterProblem(draft.filter) === undefined) save.mutate();
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
        description="Where events are sent, as POST requests with a JSON body."
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
      {!more && (
        <div>
          <Button variant="subtle" color="gray" px={0} onClick={() => setMore(true)}>
            Headers, filter, format, limits …
          </Button>
        </div>
      )}
      {more && <Further draft={draft} change={change} at={at} />}
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

interface FurtherProps {
  draft: EndpointDraft;
  change: (changes: Partial<EndpointDraft>) => void;
  at: (name: string) => string | undefined;
}

function Further({ draft, change, at }: FurtherProps) {
  return (
    <>
      <HeaderFields
        headers={draft.headers}
        onChange={(headers) => change({ headers })}
        error={at('headers')}
      />
      <Textarea
        label="Filter"
        description={'Only events that match are sent: {"data":{"amount":{"$gte":100}}}. Empty: all.'}
        autosize
        minRows={2}
        value={draft.filter}
        onChange={(event) => change({ filter: event.currentTarget.value })}
        error={filterProblem(draft.filter) ?? at('filter')}
        styles={{ input: { fontFamily: 'var(--ph-mono)' } }}
      />
      <div className="columns">
        <Select
          label="Body"
          allowDeselect={false}
          data={[
            { value: 'standard', label: 'type, timestamp and data' },
            { value: 'raw', label: 'only data' },
            { value: 'cloudevents', label: 'CloudEvents 1.0' },
          ]}
          value={draft.bodyFormat}
          onChange={(value) => change({ bodyFormat: value as EndpointDraft['bodyFormat'] })}
        />
        <Select
          label="Signature"
          allowDeselect={false}
          data={[
            { value: 'hmac', label: 'HMAC-SHA256, shared secret' },
            { value: 'ed25519', label: 'ed25519, public key' },
          ]}
          value={draft.signing}
          onChange={(value) => change({ signing: value as EndpointDraft['signing'] })}
        />
        <NumberInput
          label="Timeout in seconds"
          min={1}
          max={60}
          value={draft.timeoutSeconds}
          onChange={(value) => change({ timeoutSeconds: Number(value) })}
          error={at('timeoutMs')}
        />
        <NumberInput
          label="Requests per second at most"
          placeholder="no limit"
          min={1}
          value={draft.rateLimitPerSecond}
          onChange={(value) => change({ rateLimitPerSecond: value === '' ? '' : Number(value) })}
          error={at('rateLimitPerSecond')}
        />
        <NumberInput
          label="Requests at a time"
          placeholder="default"
          min={1}
          value={draft.maxInFlight}
          onChange={(value) => change({ maxInFlight: value === '' ? '' : Number(value) })}
          error={at('maxInFlight')}
        />
      </div>
    </>
  );
}
