/** Custom headers. Values that are stored are never shown again; left as `•••` they stay as they are. */
import { ActionIcon, Button, Input, TextInput } from '@mantine/core';
import { Trash2 } from 'lucide-react';

interface Header {
  name: string;
  value: string;
}

interface Props {
  headers: Header[];
  onChange: (headers: Header[]) => void;
  error: string | undefined;
}

export function HeaderFields({ headers, onChange, error }: Props) {
  const set = (index: number, changes: Partial<Header>) =>
    onChange(headers.map((header, at) => (at === index ? { ...header, ...changes } : header)));
  return (
    <Input.Wrapper
      labelElement="div"
      label="Headers"
      description="Sent with every request, for instance an API key that your server asks for. Stored encrypted and not shown again."
      error={error}
    >
      <div className="stack-tight" style={{ marginTop: 6 }}>
        {headers.map((header, index) => (
          <div key={index} className="row" style={{ flexWrap: 'nowrap' }}>
            <TextInput
              aria-label={`Header ${index + 1}: name`}
              placeholder="x-api-key"
              value={header.name}
              onChange={(event) => set(index, { name: event.currentTarget.value })}
              flex={2}
            />
            <TextInput
              aria-label={`Header ${index + 1}: value`}
              value={header.value}
              onChange={(event) => set(index, { value: event.currentTarget.value })}
              flex={3}
            />
            <ActionIcon
              aria-label={`Remove header ${header.name}`}
              onClick={() => onChange(headers.filter((_, at) => at !== index))}
            >
              <Trash2 size={14} />
            </ActionIcon>
          </div>
        ))}
        <div>
          <Button variant="default" onClick={() => onChange([...headers, { name: '', value: '' }])}>
            Add header
          </Button>
        </div>
      </div>
    </Input.Wrapper>
  );
}
