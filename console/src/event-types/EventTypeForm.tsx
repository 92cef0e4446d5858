/** An event type, new or changed. */
import { Button, JsonInput, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { messageOf, Problem, problemAt } from '../api/problem.js';
import type { EventType } from '../api/types.js';
import { useFace } from '../face/face.js';

export function EventTypeForm({
  eventType,
  onSaved,
}: {
  eventType?: EventType;
  onSaved: (saved: EventType) => void;
}) {
  const { client } = useFace();
  const queries = useQueryClient();
  const [name, setName] = useState(eventType?.name ?? '');
  const [description, setDescription] = useState(eventType?.description ?? '');
  const [schema, setSchema] = useState(textOf(eventType?.schema));
  const [example, setExample] = useState(textOf(eventType?.example));
  const save = useMutation({
    mutationFn: () => {
      const body = { description, schema: jsonOf(schema), example: jsonOf(example) };
      return eventType
        ? client.send<EventType>('PATCH', `/v1/event-types/${encodeURIComponent(eventType.name)}`, body)
        : client.send<EventType>('POST', '/v1/event-types', { name, ...body });
    },
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
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={at('name')}
          data-autofocus
        />
      )}
      <Textarea
        label="What it means"
        autosize
        minRows={2}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        error={at('description')}
      />
      <JsonInput
        label="Example of its data"
        description="Sent as a test event."
        autosize
        minRows={4}
        maxRows={14}
        formatOnBlur
        validationError="This is not JSON yet"
        value={example}
        onChange={setExample}
        error={at('example')}
      />
      <JsonInput
        label="JSON Schema of its data"
        description="2020-12; for the people who receive it."
        autosize
        minRows={4}
        maxRows={14}
        formatOnBlur
        validationError="This is not JSON yet"
        value={schema}
        onChange={setSchema}
        error={at('schema')}
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

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : JSON.stringify(value, null, 2);
}

/** @throws SyntaxError with the engine's own words, shown to whoever typed it */
function jsonOf(text: string): unknown {
  return text.trim() === '' ? null : (JSON.parse(text) as unknown);
}
