/** A filter of free text. It is taken over when it has been typed (Enter, or the next field), not letter by letter. */
import { CloseButton, TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';

interface Props {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  className?: string;
  placeholder?: string;
  width: number;
  /** What the API takes at most. */
  lengthMax?: number;
  /** The page's main search, with a glass. */
  main?: boolean;
}

export function TypedFilter({
  label,
  value = '',
  onChange,
  className,
  placeholder,
  width,
  lengthMax,
  main,
}: Props) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const take = (typed: string) => {
    if (typed.trim() !== value) onChange(typed.trim() || undefined);
  };
  return (
    <TextInput
      className={className}
      label={label}
      placeholder={placeholder}
      w={width}
      maxLength={lengthMax}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => take(text)}
      onKeyDown={(event) => event.key === 'Enter' && take(text)}
      leftSection={main ? <Search size={13} aria-hidden="true" /> : undefined}
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
