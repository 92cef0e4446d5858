/** An endpoint, found by its URL, description or tenant: nobody knows ids by heart. An id that is pasted does as well. */
import { Select } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Endpoint, EndpointOverview } from '../api/types.js';
import { useFace, type Face } from '../face/face.js';
import { useLabels } from '../face/labels.js';

interface Choice {
  value: string;
  label: string;
  about: string;
}

interface Props {
  value: string | undefined;
  onChange: (endpointId: string | undefined) => void;
}

const SHOWN = 20;
/** A customer with more pastes the id. */
const OWN_MAX = 200;

export function EndpointFilter({ value, onChange }: Props) {
  const face = useFace();
  const [text, setText] = useState('');
  const chosen = useLabels([value])(value);
  const [opened, setOpened] = useState(false);
  const search = text === chosen?.name ? '' : text.trim();
  const { data: found = [] } = useQuery({
    queryKey: ['endpoints-to-pick', face.kind === 'staff' ? search : ''],
    queryFn: () => endpointsLike(face, search),
    enabled: opened,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
  const given = [value, /^ep_[0-9a-f]{32}$/.test(search) ? search : undefined];
  const known = new Set(found.map((choice) => choice.value));
  const own = [...new Set(given)].filter((id) => id !== undefined && !known.has(id)) as string[];
  const choices: Choice[] = [
    ...own.map((id) => ({
      value: id,
      label: id === value ? (chosen?.name ?? id) : id,
      about: chosen?.description ?? '',
    })),
    ...found,
  ];
  const about = new Map(choices.map((choice) => [choice.value, choice.about]));
  return (
    <Select
      className="filter-minor"
      label="Endpoint"
      placeholder="URL or ep_…"
      clearable
      searchable
      w={190}
      comboboxProps={{ width: 320, position: 'bottom-start' }}
      nothingFoundMessage="No such endpoint"
      data={choices.map(({ value, label }) => ({ value, label }))}
      filter={face.kind === 'staff' ? ({ options }) => options : undefined}
      renderOption={({ option }) => (
        <div style={{ minWidth: 0 }}>
          <div className="truncate">{option.label}</div>
          <div className="dim small truncate">{about.get(option.value)}</div>
        </div>
      )}
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      searchValue={text}
      onSearchChange={setText}
      onDropdownOpen={() => setOpened(true)}
    />
  );
}

async function endpointsLike({ kind, client, tenantId }: Face, search: string): Promise<Choice[]> {
  if (kind === 'portal') {
    const { data } = await client.get<{ data: Endpoint[] }>(`/v1/tenants/${tenantId}/endpoints`, {
      limit: OWN_MAX,
    });
    return data.map(({ id, url, description }) => ({ value: id, label: url, about: description }));
  }
  const { data } = await client.get<{ data: EndpointOverview[] }>('/v1/overview/endpoints', {
    limit: SHOWN,
    search,
  });
  return data.map(({ id, url, description, tenantName }) => ({
    value: id,
    label: url,
    about: description === '' ? tenantName : `${tenantName} · ${description}`,
  }));
}
