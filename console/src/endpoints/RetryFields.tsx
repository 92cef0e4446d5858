/** When failed attempts are repeated: the default, pauses that grow, or a list of them; and what that comes to. */
import { NumberInput, Select, TextInput } from '@mantine/core';
import { defaultRetry, pausesProblem, retryOf, retryWords, type RetryDraft } from './retry.js';

interface Props {
  value: RetryDraft;
  onChange: (retry: RetryDraft) => void;
  error: string | undefined;
}

const kinds = [
  { value: 'default', label: 'the default' },
  { value: 'growing', label: 'pauses that grow' },
  { value: 'listed', label: 'a list of pauses' },
];

export function RetryFields({ value, onChange, error }: Props) {
  const problem = pausesProblem(value);
  const choose = (kind: string | null) => {
    if (kind === 'growing') onChange({ kind, ...defaultRetry });
    else if (kind === 'listed') onChange({ kind, pauses: '5s, 5m, 30m, 2h, 5h, 10h, 10h' });
    else onChange({ kind: 'default' });
  };
  return (
    <div className="stack">
      <Select
        label="Retries"
        description={problem === undefined ? retryWords(retryOf(value)) : ' '}
        allowDeselect={false}
        data={kinds}
        value={value.kind}
        onChange={choose}
        error={error}
      />
      {value.kind === 'growing' && <Growing value={value} onChange={onChange} />}
      {value.kind === 'listed' && (
        <TextInput
          label="Pauses"
          description="Before the second, third, … attempt: 30s, 5m, 2h, 1d. Empty: one attempt only."
          value={value.pauses}
          onChange={(event) => onChange({ kind: 'listed', pauses: event.currentTarget.value })}
          error={problem}
        />
      )}
    </div>
  );
}

type GrowingDraft = Extract<RetryDraft, { kind: 'growing' }>;

function Growing({ value, onChange }: { value: GrowingDraft; onChange: (retry: RetryDraft) => void }) {
  const field = (name: Exclude<keyof GrowingDraft, 'kind'>, label: string, min: number, max: number) => (
    <NumberInput
      label={label}
      min={min}
      max={max}
      value={value[name]}
      onChange={(entered) => onChange({ ...value, [name]: Number(entered) })}
    />
  );
  return (
    <div className="columns">
      {field('baseSeconds', 'First pause in seconds', 1, 604_800)}
      {field('factor', 'Each is multiplied by', 1, 100)}
      {field('maxSeconds', 'No pause longer than, in seconds', 1, 604_800)}
      {field('maxAttempts', 'Attempts in all', 1, 100)}
      {field('jitter', 'Jitter, as a share (0.2 is ±20 %)', 0, 1)}
    </div>
  );
}
