/** A tenant, found by its name or externalId: there may be a hundred thousand. What the API also takes may be pasted as it is. */
import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { Tenant } from '../api/types.js';
import type { Client } from '../api/client.js';
import { useFace } from '../face/face.js';
import { useLabels } from '../face/labels.js';

interface Props {
  label: string;
  /** An id, or an externalId as links have it. */
  value: string | undefined;
  onChange: (tenant: string | undefined) => void;
  description?: string;
  error?: ReactNode;
  className?: string;
  width?: number;
}

interface Choice {
  value: string;
  label: string;
  about: string;
}

const SHOWN = 20;
const PAGES_MAX = 10;
/** Each letter would be a search of its own. */
const TYPING_MS = 200;
/** What a field of the API takes at most. */
const SEARCH_LENGTH_MAX = 256;

export function TenantSelect({ label, value, onChange, description, error, className, width }: Props) {
  const { client } = useFace();
  const [text, setText] = useState('');
  const [opened, setOpened] = useState(false);
  const chosen = useLabels([value])(value)?.name ?? value;
  const [typed] = useDebouncedValue(text.trim().slice(0, SEARCH_LENGTH_MAX), TYPING_MS);
  const search = typed === chosen ? '' : typed;
  const { data: found, isFetching } = useQuery({
    queryKey: ['/v1/tenants', 'to pick', search],
    queryFn: () => tenantsLike(client, search),
    enabled: opened,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
  const choices = withOwn(found ?? [], value, chosen, isFetching ? '' : search);
  const hidden = search === '' || found?.some((each) => each.value === value) ? undefined : value;
  const about = new Map(choices.map((choice) => [choice.value, choice.about]));
  return (
    <Select
      className={className}
      label={label}
      description={description}
      placeholder="Name or id"
      error={error}
      clearable
      searchable
      w={width}
      comboboxProps={{ width: width === undefined ? 'target' : 320, position: 'bottom-start' }}
      nothingFoundMessage={isFetching || text.trim() !== typed ? 'Looking …' : 'No such tenant'}
      data={choices.map(({ value, label }) => ({ value, label }))}
      // The server has searched already, in more than the label. What is chosen stays a choice, but is no answer to a search.
      filter={({ options }) => options.filter((option) => !('value' in option) || option.value !== hidden)}
      renderOption={({ option }) => (
        <div style={{ minWidth: 0 }}>
          <div className="truncate">{option.label}</div>
          <div className="dim small truncate">{about.get(option.value)}</div>
        </div>
      )}
      value={value ?? null}
      onChange={(tenant) => onChange(tenant ?? undefined)}
      searchValue={text}
      onSearchChange={setText}
      onDropdownOpen={() => setOpened(true)}
    />
  );
}

/** With what is chosen now, and with what was typed where it may be meant as an id or externalId although it is not among those shown. */
function withOwn(
  found: Choice[],
  value: string | undefined,
  name: string | undefined,
  typed: string,
): Choice[] {
  const isOffered = (reference: string) => found.some((each) => each.value === reference);
  const isFound = (typed: string) => found.some((each) => each.value === typed || each.about === typed);
  // What is chosen has to be among the choices, by the very name that it was chosen by.
  const own: Choice[] =
    value === undefined || isOffered(value) ? [] : [{ value, label: name ?? value, about: '' }];
  const mayBeMeant = /^ten_[0-9a-f]{32}$/.test(typed) || found.length >= SHOWN;
  const asTyped: Choice[] =
    typed !== '' && typed !== value && mayBeMeant && !isFound(typed)
      ? [{ value: typed, label: typed, about: 'as it was typed: an id or external id' }]
      : [];
  return [...own, ...found, ...asTyped];
}

async function tenantsLike(client: Client, search: string): Promise<Choice[]> {
  const found: Tenant[] = [];
  let cursor: string | undefined;
  // With very many tenants a page may be short, or empty, and not the last.
  for (let pages = 0; pages < PAGES_MAX && found.length < SHOWN; pages++) {
    const page = await client.get<{ data: Tenant[]; nextCursor: string | null }>('/v1/tenants', {
      limit: SHOWN,
      search: search || undefined,
      cursor,
    });
    found.push(...page.data);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  return found.map(({ id, name, externalId }) => ({ value: id, label: name, about: externalId ?? id }));
}
