/**
 * The filter of an endpoint, with a sample to try it on: the server itself judges, so that what is seen here is what an
 * emit will do. The sample is an event type's example from the catalog, or whatever one writes.
 */
import { Button, JsonInput, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf, type FieldProblem } from '../api/problem.js';
import { useCatalog } from '../event-types/catalog.js';
import { useFace } from '../face/face.js';
import { filterProblem } from './form.js';

interface Props {
  value: string;
  onChange: (filter: string) => void;
  error: string | undefined;
}

interface Verdict {
  matches: boolean;
  problems: FieldProblem[];
}

const EXAMPLE = '{"data":{"amount":{"$gte":100}}}';
const SAMPLE = JSON.stringify({ type: 'invoice.paid', data: { amount: 125 }, tags: [] }, null, 2);
const mono = { input: { fontFamily: 'var(--ph-mono)' } };

export function FilterEditor({ value, onChange, error }: Props) {
  const { client } = useFace();
  const { types } = useCatalog();
  const [sample, setSample] = useState(SAMPLE);
  const trial = useMutation({
    mutationFn: () =>
      client.send<Verdict>('POST', '/v1/filters/test', {
        filter: JSON.parse(value) as unknown,
        event: JSON.parse(sample) as unknown,
      }),
  });
  const set = (filter: string) => {
    onChange(filter);
    trial.reset();
  };
  const setEvent = (event: string) => {
    setSample(event);
    trial.reset();
  };
  const pick = (name: string | null) => {
    const type = types.find((each) => each.name === name);
    if (type) setEvent(JSON.stringify({ type: type.name, data: type.example ?? {}, tags: [] }, null, 2));
  };
  const local = filterProblem(value);
  return (
    <div className="stack">
      <JsonInput
        label="Filter"
        description={
          <>
            Only events that match are sent. In the shape of an event, over its <code>type</code>,{' '}
            <code>tags</code> and <code>data</code>: <code>{EXAMPLE}</code>. Operators: $eq $ne $gt $gte $lt
            $lte $in $nin $exist $startsWith $regex $and $or $not. Empty: all events.
          </>
        }
        autosize
        minRows={3}
        maxRows={14}
        value={value}
        onChange={set}
        error={local ?? error}
        styles={mono}
      />
      <div className="try-out">
        <div className="row" style={{ justifyContent: 'space-between', alignItems: 'flex-end' }}>
          <strong>Try it out</strong>
          {types.length > 0 && (
            <Select
              aria-label="Sample from the catalog"
              placeholder="An example from the catalog"
              searchable
              w={230}
              data={types.map(({ name }) => name)}
              onChange={pick}
            />
          )}
        </div>
        <JsonInput
          label="Sample event"
          autosize
          minRows={4}
          maxRows={12}
          validationError="This is not JSON yet"
          value={sample}
          onChange={setEvent}
          styles={mono}
        />
        <div className="row">
          <Button
            variant="default"
            disabled={value.trim() === '' || local !== undefined}
            loading={trial.isPending}
            onClick={() => trial.mutate()}
          >
            Try filter
          </Button>
          <div role="status">
            {trial.data && <Judged verdict={trial.data} />}
            {trial.error && <span className="bad">{messageOf(trial.error)}</span>}
          </div>
        </div>
      </div>
    </div>
  );
}

function Judged({ verdict: { matches, problems } }: { verdict: Verdict }) {
  if (problems.length > 0) {
    return (
      <ul className="bad" style={{ margin: 0, paddingLeft: 18 }}>
        {problems.map(({ path, message }) => (
          <li key={`${path} ${message}`}>
            <code>{path}</code> {message}
          </li>
        ))}
      </ul>
    );
  }
  return matches ? (
    <span className="status status-ok">It matches: this event would be sent.</span>
  ) : (
    <span className="status status-off">It does not match: this event would not be sent.</span>
  );
}
