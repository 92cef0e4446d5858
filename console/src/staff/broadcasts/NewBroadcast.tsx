/** Choosing what to tell whom. It cannot be taken back, so that everybody is asked about twice. */
import { Autocomplete, Button, JsonInput, SegmentedControl, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { messageOf, Problem, problemAt } from '../../api/problem.js';
import type { Broadcast } from '../../api/types.js';
import { useCatalog } from '../../event-types/catalog.js';
import { useFace } from '../../face/face.js';
import { useGo } from '../../face/path.js';
import { Confirm } from '../../kit/Confirm.js';
import { plural } from '../../kit/words.js';

export function NewBroadcast() {
  const { client } = useFace();
  const { types } = useCatalog();
  const go = useGo();
  const [type, setType] = useState('');
  const [data, setData] = useState('{}');
  const [to, setTo] = useState<'all' | 'listed'>('all');
  const [listed, setListed] = useState('');
  const [asking, setAsking] = useState(false);
  const tenants = listed.split(/[\s,]+/).filter((name) => name !== '');
  const start = useMutation({
    mutationFn: () =>
      client.send<Broadcast>('POST', '/v1/broadcasts', {
        type,
        data: JSON.parse(data) as unknown,
        tenants: to === 'all' ? 'all' : tenants,
      }),
    onSuccess: ({ id }) => go(`/broadcasts/${id}`),
    onSettled: () => setAsking(false),
  });
  const chooseType = (name: string) => {
    setType(name);
    const example = types.find((each) => each.name === name)?.example;
    if (example !== undefined && example !== null) setData(JSON.stringify(example, null, 2));
  };
  const ready = type !== '' && isJson(data) && (to === 'all' || tenants.length > 0);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) setAsking(true);
  };
  const { error } = start;
  return (
    <form className="stack" onSubmit={submit}>
      <Autocomplete
        label="Event type"
        placeholder="terms.changed"
        required
        data={types.map(({ name }) => name)}
        value={type}
        onChange={chooseType}
        error={problemAt(error, 'type')}
        data-autofocus
      />
      <JsonInput
        label="Data"
        autosize
        minRows={5}
        maxRows={16}
        validationError="This is not JSON yet"
        value={data}
        onChange={setData}
        error={problemAt(error, 'data')}
        styles={{ input: { fontFamily: 'var(--ph-mono)' } }}
      />
      <SegmentedControl
        aria-label="To whom"
        data={[
          { value: 'all', label: 'Everybody who wants it' },
          { value: 'listed', label: 'These tenants' },
        ]}
        value={to}
        onChange={setTo}
      />
      {to === 'all' ? (
        <p className="dim">Every tenant with an endpoint that asked for this type gets it once.</p>
      ) : (
        <Textarea
          label="Tenants"
          description="By id or by your own id, one to a line; up to 1,000."
          autosize
          minRows={3}
          maxRows={12}
          value={listed}
          onChange={(event) => setListed(event.currentTarget.value)}
        />
      )}
      {error && (
        <div className="note note-bad" role="alert">
          {error instanceof Problem && error.errors.length > 0 ? (
            <Problems problem={error} />
          ) : (
            messageOf(error)
          )}
        </div>
      )}
      <div className="row-end">
        <Button type="submit" disabled={!ready}>
          Broadcast
        </Button>
      </div>
      <Confirm
        opened={asking}
        title={to === 'all' ? 'Tell everybody?' : `Tell ${plural(tenants.length, 'tenant')}?`}
        act="Broadcast"
        busy={start.isPending}
        onAct={() => start.mutate()}
        onClose={() => setAsking(false)}
      >
        <code>{type}</code> is emitted at once and delivered like any event. What was sent cannot be taken
        back.
      </Confirm>
    </form>
  );
}

function Problems({ problem }: { problem: Problem }) {
  return (
    <ul style={{ margin: 0, paddingLeft: 18 }}>
      {problem.errors.map(({ path, message }) => (
        <li key={`${path} ${message}`}>
          <code>{path}</code> {message}
        </li>
      ))}
    </ul>
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
