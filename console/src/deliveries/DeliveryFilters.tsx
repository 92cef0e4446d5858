/** All that the log can be asked for. Free text is taken over when it has been typed, not letter by letter. */
import { Button, CloseButton, Select, TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useFace } from '../face/face.js';
import type { Filters } from '../face/search.js';
import { EndpointFilter } from './EndpointFilter.js';
import { errorCodes } from './error-codes.js';
import { filterNames, isFiltered } from './filter.js';
import { TimeFilter } from './TimeFilter.js';

const statuses = ['pending', 'succeeded', 'failed', 'canceled'];
const statusCodes = [
  '2xx',
  '3xx',
  '4xx',
  '5xx',
  '400',
  '401',
  '403',
  '404',
  '410',
  '429',
  '500',
  '502',
  '503',
  '504',
];

interface Props {
  filters: Filters;
  onChange: (changes: Filters) => void;
  /** Only what can be asked of events: how deliveries went is left out. */
  ofEvents?: boolean;
}

export function DeliveryFilters({ filters, onChange, ofEvents = false }: Props) {
  const { kind } = useFace();
  const [more, setMore] = useState(false);
  return (
    <search className="filters" data-more={more}>
      <Typed name="search" label="Payload contains" wide {...{ filters, onChange }} />
      {!ofEvents && (
        <Select
          label="Status"
          placeholder="Any"
          clearable
          w={118}
          data={statuses}
          value={filters.status ?? null}
          onChange={(status) => onChange({ status: status ?? undefined })}
        />
      )}
      <TimeFilter filters={filters} onChange={onChange} />
      {!ofEvents && <Outcome filters={filters} onChange={onChange} />}
      <Typed className="filter-minor" name="eventType" label="Event type" {...{ filters, onChange }} />
      {kind === 'staff' && (
        <Typed
          className="filter-minor"
          name="tenant"
          label="Tenant"
          placeholder="id or externalId"
          {...{ filters, onChange }}
        />
      )}
      <EndpointFilter value={filters.endpoint} onChange={(endpoint) => onChange({ endpoint })} />
      <Typed
        className="filter-minor"
        name="event"
        label="Event"
        placeholder="evt_…"
        {...{ filters, onChange }}
      />
      <Button className="only-phone" variant="default" aria-expanded={more} onClick={() => setMore(!more)}>
        {more ? 'Fewer filters' : 'More filters'}
      </Button>
      {isFiltered(filters) && (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => onChange(Object.fromEntries(filterNames.map((name) => [name, undefined])))}
        >
          Clear
        </Button>
      )}
    </search>
  );
}

function Outcome({ filters, onChange }: Pick<Props, 'filters' | 'onChange'>) {
  return (
    <>
      <Select
        className="filter-minor"
        label="Status code"
        placeholder="Any"
        clearable
        searchable
        w={112}
        data={withOwn(statusCodes, filters.statusCode)}
        value={filters.statusCode ?? null}
        onChange={(statusCode) => onChange({ statusCode: statusCode ?? undefined })}
      />
      <Select
        className="filter-minor"
        label="Error"
        placeholder="Any"
        clearable
        searchable
        w={170}
        data={withOwn(errorCodes, filters.errorCode)}
        value={filters.errorCode ?? null}
        onChange={(errorCode) => onChange({ errorCode: errorCode ?? undefined })}
      />
    </>
  );
}

function withOwn(choices: string[], own: string | undefined): string[] {
  return own === undefined || choices.includes(own) ? choices : [own, ...choices];
}

interface TypedProps extends Props {
  className?: string;
  name: string;
  label: string;
  placeholder?: string;
  wide?: boolean;
}

function Typed({ className, name, label, placeholder, wide, filters, onChange }: TypedProps) {
  const given = filters[name] ?? '';
  const [text, setText] = useState(given);
  useEffect(() => setText(given), [given]);
  const take = (value: string) => {
    if (value.trim() !== given) onChange({ [name]: value.trim() || undefined });
  };
  return (
    <TextInput
      className={className}
      label={label}
      placeholder={placeholder}
      w={wide ? 220 : 138}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => take(text)}
      onKeyDown={(event) => event.key === 'Enter' && take(text)}
      leftSection={wide ? <Search size={13} aria-hidden="true" /> : undefined}
      rightSection={
        text === '' ? undefined : (
          <CloseButton
            size="xs"
            aria-label={`Clear ${label}`}
            onClick={() => {
              setText('');
              take('');
            }}
          />
        )
      }
    />
  );
}
