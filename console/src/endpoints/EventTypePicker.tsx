/** Event types from the catalog, with what each means; patterns and types that are not in it may be typed. */
import { TagsInput } from '@mantine/core';
import { useCatalog } from '../event-types/catalog.js';

interface Props {
  value: string[];
  onChange: (eventTypes: string[]) => void;
  error: string | undefined;
}

export function EventTypePicker({ value, onChange, error }: Props) {
  const { types } = useCatalog();
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
