/** All that the log can be asked for. */
import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { useFace } from '../face/face.js';
import type { Filters } from '../face/search.js';
import { TypedFilter } from '../kit/TypedFilter.js';
import { TenantSelect } from '../tenants/TenantSelect.js';
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
      <TypedFilter
        label="Payload contains"
        main
        width={220}
        value={filters.search}
        onChange={(search) => onChange({ search })}
      />
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
      <TypedFilter
        className="filter-minor"
        label="Event type"
        width={138}
        value={filters.eventType}
        onChange={(eventType) => onChange({ eventType })}
      />
      {kind === 'staff' && (
        <TenantSelect
          className="filter-minor"
          label="Tenant"
          width={170}
          value={filters.tenant}
          onChange={(tenant) => onChange({ tenant })}
        />
      )}
      <EndpointFilter value={filters.endpoint} onChange={(endpoint) => onChange({ endpoint })} />
      <TypedFilter
        className="filter-minor"
        label="Event"
        placeholder="evt_…"
        width={138}
        value={filters.event}
        onChange={(event) => onChange({ event })}
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
