/** The filter of an endpoint, with a sample to try it on. */
import { JsonInput } from '@mantine/core';
import type { FieldProblem } from '../api/problem.js';
import { useFace } from '../face/face.js';
import { filterProblem } from './form.js';
import { TryOut } from './TryOut.js';

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

export function FilterEditor({ value, onChange, error }: Props) {
  const { client } = useFace();
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
        onChange={onChange}
        error={local ?? error}
        styles={{ input: { fontFamily: 'var(--ph-mono)' } }}
      />
      <TryOut
        act="Try filter"
        subject={value}
        disabled={value.trim() === '' || local !== undefined}
        ask={(event) =>
          client.send<Verdict>('POST', '/v1/filters/test', { filter: JSON.parse(value) as unknown, event })
        }
        show={(verdict) => <Judged verdict={verdict} />}
      />
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
