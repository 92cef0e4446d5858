/** When: one of a few spans that end now, or from an instant until another, in the viewer's zone. */
import { Select, TextInput } from '@mantine/core';
import type { Filters } from '../face/search.js';
import { sinceChoices } from './filter.js';

const CUSTOM = 'custom';
const HOUR_MS = 3_600_000;

interface Props {
  filters: Filters;
  onChange: (changes: Filters) => void;
}

export function TimeFilter({ filters: { after, before }, onChange }: Props) {
  const isCustom = before !== undefined || (after !== undefined && !(after in sinceChoices));
  const choose = (choice: string | null) =>
    onChange({
      before: undefined,
      after: choice === CUSTOM ? new Date(Date.now() - HOUR_MS).toISOString() : (choice ?? undefined),
    });
  return (
    <>
      <Select
        label="Time"
        placeholder="Any"
        clearable
        w={150}
        data={[
          ...Object.entries(sinceChoices).map(([value, label]) => ({ value, label })),
          { value: CUSTOM, label: 'From … until …' },
        ]}
        value={isCustom ? CUSTOM : (after ?? null)}
        onChange={choose}
      />
      {isCustom && (
        <>
          <Instant label="From" value={after} onChange={(value) => onChange({ after: value })} />
          <Instant label="Until" value={before} onChange={(value) => onChange({ before: value })} />
        </>
      )}
    </>
  );
}

interface InstantProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

function Instant({ label, value, onChange }: InstantProps) {
  return (
    <TextInput
      type="datetime-local"
      label={label}
      w={178}
      defaultValue={localText(value)}
      key={value}
      onBlur={({ currentTarget: { value: text } }) => {
        if (text !== localText(value)) onChange(text === '' ? undefined : new Date(text).toISOString());
      }}
    />
  );
}

/** `2026-11-21T10:30`, as the field wants it. */
function localText(instant: string | undefined): string {
  if (instant === undefined) return '';
  const ms = /^\d+[mhd]$/.test(instant) ? NaN : new Date(instant).getTime();
  if (Number.isNaN(ms)) return '';
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 16);
}
