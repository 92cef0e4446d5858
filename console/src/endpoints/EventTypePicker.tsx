/** Event types from the catalog, with what each means; patterns and types that are not in it may be typed. */
import { TagsInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { EventType } from '../api/types.js';
import { useFace } from '../face/face.js';

interface Props {
  value: string[];
  onChange: (eventTypes: string[]) => void;
  error: string | undefined;
}

/** A catalog of more is searched on its own page. */
const SHOWN_MAX = 200;

export function EventTypePicker({ value, onChange, error }: Props) {
  const { client } = useFace();
  const catalog = useQuery({
    queryKey: ['event-types-to-pick'],
    queryFn: () => client.get<{ data: EventType[] }>('/v1/event-types', { limit: SHOWN_MAX }),
    staleTime: 60_000,
  });
  const types = catalog.data?.data.filter(({ archived }) => !archived) ?? [];
  const about = new Map(types.map(({ name, description }) => [name, description]));
  const groups = [...new Set(types.map(({ name }) => name.split('.')[0]!))].map((group) => `${group}.*`);
  return (
    <TagsInput
      label="Event types"
      description="Pick from the catalog, or type a pattern such as invoice.* and press Enter. Empty: all of them."
      placeholder={value.length === 0 ? 'all' : ''}
      data={[...types.map(({ name }) => name), ...groups.filter((group) => !about.has(group))]}
      renderOption={({ option }) => (
        <div>
          <code>{option.value}</code>
          <div className="dim small">
            {about.get(option.value) ?? (option.value.endsWith('.*') ? 'everything of this kind' : '')}
          </div>
        </div>
      )}
      value={value}
      onChange={onChange}
      error={error}
      clearable
    />
  );
}
