/** An event type, new or changed. */
import { Button, JsonInput, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { messageOf, Problem, problemAt } from '../api/problem.js';
import type { EventType } from '../api/types.js';
import { useFace } from '../face/face.js';
import { bodyOf, draftOf, type EventTypeDraft } from './event-type-draft.js';
import { validationChoices } from './validation.js';

interface Props {
  eventType?: EventType;
  onSaved: (saved: EventType) => void;
}

export function EventTypeForm({ eventType, onSaved }: Props) {
  const { client } = useFace();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(eventType));
  const change = (changes: Partial<EventTypeDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const save = useMutation({
    mutationFn: () =>
      eventType
        ? client.send<EventType>(
            'PATCH',
            `/v1/event-types/${encodeURIComponent(eventType.name)}`,
            bodyOf(draft),
          )
        : client.send<EventType>('POST', '/v1/event-types', { name: draft.name, ...bodyOf(draft) }),
    onSuccess: async (saved) => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['/v1/event-types'] }),
        queries.invalidateQueries({ queryKey: ['event-type', saved.name] }),
      ]);
      onSaved(saved);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const at = (path: string) => problemAt(save.error, path);
  const general =
    save.error && !(save.error instanceof Problem && save.error.errors.length > 0)
      ? messageOf(save.error)
      : undefined;
  return (
    <form className="stack" onSubmit={submit}>
      {!eventType && (
        <TextInput
          label="Name"
          description="Words joined by dots; receivers subscribe by them."
          placeholder="invoice.paid"
          required
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          error={at('name')}
          data-autofocus
        />
      )}
      <Textarea
        label="What it means"
        autosize
        minRows={2}
        value={draft.description}
        onChange={(event) => change({ description: event.currentTarget.value })}
        error={at('description')}
      />
      <div className="columns">
        <TextInput
          label="Group"
          description="The catalog is shown by groups."
          placeholder="Billing"
          value={draft.group}
          onChange={(event) => change({ group: event.currentTarget.value })}
          error={at('group')}
        />
        <TextInput
          label="Version"
          description="Yours to count."
          value={draft.version}
          onChange={(event) => change({ version: event.currentTarget.value })}
          error={at('version')}
        />
      </div>
      <JsonField
        label="Example of its data"
        description="Sent as a test event."
        value={draft.example}
        onChange={(example) => change({ example })}
        error={at('example')}
      />
      <JsonField
        label="More examples"
        description="A JSON array of up to ten, for the catalog. May stay empty."
        value={draft.examples}
        onChange={(examples) => change({ examples })}
        error={at('examples')}
      />
      <JsonField
        label="JSON Schema of its data"
        description="2020-12; documents the fields, and data can be held against it."
        value={draft.schema}
        onChange={(schema) => change({ schema })}
        error={at('schema')}
      />
      <Select
        label="When data does not fit the schema"
        allowDeselect={false}
        data={validationChoices}
        value={draft.validation}
        onChange={(value) => change({ validation: value as EventType['validation'] })}
        error={at('validation')}
      />
      {general && (
        <div className="note note-bad" role="alert">
          {general}
        </div>
      )}
      <div className="row-end">
        <Button type="submit" loading={save.isPending}>
          {eventType ? 'Save' : 'Declare'}
        </Button>
      </div>
    </form>
  );
}

interface JsonFieldProps {
  label: string;
  description: string;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
}

function JsonField(props: JsonFieldProps) {
  return (
    <JsonInput
      {...props}
      autosize
      minRows={3}
      maxRows={14}
      formatOnBlur
      validationError="This is not JSON yet"
    />
  );
}
