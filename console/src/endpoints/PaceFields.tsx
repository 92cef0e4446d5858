/** In which order, how fast, and how often again. */
import { NumberInput, Select } from '@mantine/core';
import type { EndpointDraft } from './form.js';
import { RetryFields } from './RetryFields.js';
import type { SectionProps } from './sections.js';

export function PaceFields({ draft, change, at }: SectionProps) {
  const isStrict = draft.ordering === 'strict';
  return (
    <div className="stack">
      <div className="columns">
        <Select
          label="Order"
          description={
            isStrict
              ? 'One at a time, in the order of emit; one that fails holds the rest back.'
              : 'Several at once; what waits for its retry is overtaken.'
          }
          allowDeselect={false}
          data={[
            { value: 'none', label: 'none: fast' },
            { value: 'strict', label: 'strict: one after the other' },
          ]}
          value={draft.ordering}
          onChange={(value) => change({ ordering: value as EndpointDraft['ordering'] })}
          error={at('ordering')}
        />
        <Select
          label="When one has failed for good"
          description={isStrict ? 'After its last retry.' : 'Matters in a strict order only.'}
          disabled={!isStrict}
          allowDeselect={false}
          data={[
            { value: 'skip', label: 'skip: go on with the next' },
            { value: 'hold', label: 'hold: wait for a person' },
          ]}
          value={draft.onFailure}
          onChange={(value) => change({ onFailure: value as EndpointDraft['onFailure'] })}
          error={at('onFailure')}
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
          disabled={isStrict}
          value={draft.maxInFlight}
          onChange={(value) => change({ maxInFlight: value === '' ? '' : Number(value) })}
          error={at('maxInFlight')}
        />
      </div>
      <RetryFields value={draft.retry} onChange={(retry) => change({ retry })} error={at('retry')} />
    </div>
  );
}
