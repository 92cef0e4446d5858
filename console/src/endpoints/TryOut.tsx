/**
 * A sample event to try an endpoint's filter or transformation on. The server itself judges, so that what is seen here is
 * what an emit will do. The sample is an event type's example from the catalog, or whatever one writes.
 */
import { Button, JsonInput, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { messageOf } from '../api/problem.js';
import { useCatalog } from '../event-types/catalog.js';

interface Props<Outcome> {
  /** The button's words. */
  act: string;
  /** What is tried: an outcome of something else is not shown. */
  subject: string;
  disabled: boolean;
  ask: (event: unknown) => Promise<Outcome>;
  show: (outcome: Outcome) => ReactNode;
}

const SAMPLE = JSON.stringify({ type: 'invoice.paid', data: { amount: 125 }, tags: [] }, null, 2);
const mono = { input: { fontFamily: 'var(--ph-mono)' } };

export function TryOut<Outcome>({ act, subject, disabled, ask, show }: Props<Outcome>) {
  const { types } = useCatalog();
  const [sample, setSample] = useState(SAMPLE);
  const trial = useMutation({
    mutationFn: (tried: { subject: string; sample: string }) => ask(JSON.parse(tried.sample)),
  });
  const isCurrent = trial.variables?.subject === subject && trial.variables.sample === sample;
  const pick = (name: string | null) => {
    const type = types.find((each) => each.name === name);
    if (type) setSample(JSON.stringify({ type: type.name, data: type.example ?? {}, tags: [] }, null, 2));
  };
  return (
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
        onChange={setSample}
        styles={mono}
      />
      <Button
        variant="default"
        style={{ alignSelf: 'flex-start' }}
        disabled={disabled}
        loading={trial.isPending}
        onClick={() => trial.mutate({ subject, sample })}
      >
        {act}
      </Button>
      <div role="status">
        {isCurrent && trial.data !== undefined && show(trial.data)}
        {isCurrent && trial.error && <span className="bad">{messageOf(trial.error)}</span>}
      </div>
    </div>
  );
}
