/** An id: its end is what tells ids of one minute apart, so the middle is left out. Copies whole. */
import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { Check, Copy } from 'lucide-react';

export function Identifier({ id, whole = false }: { id: string; whole?: boolean }) {
  return (
    <span className="identifier">
      <code title={id}>{whole ? id : shortened(id)}</code>
      <Copied value={id} label={`Copy ${id}`} />
    </span>
  );
}

export function Copied({ value, label = 'Copy' }: { value: string; label?: string }) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : 'Copy'}>
          <ActionIcon size="xs" onClick={copy} aria-label={copied ? 'Copied' : label}>
            {copied ? <Check size={13} /> : <Copy size={13} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

export function shortened(id: string): string {
  const at = id.indexOf('_');
  return at < 0 || id.length < at + 14 ? id : `${id.slice(0, at + 1)}…${id.slice(-8)}`;
}
