/** A delivery's or endpoint's state: a dot, a word, a colour; never the colour alone. */
import type { Tone } from './tone.js';

export function Status({
  tone,
  children,
  title,
}: {
  tone: Tone;
  children: string;
  title?: string | undefined;
}) {
  return (
    <span className={`status status-${tone}`} title={title}>
      {children}
    </span>
  );
}

const tones: Record<string, Tone> = {
  succeeded: 'ok',
  completed: 'ok',
  active: 'ok',
  healthy: 'ok',
  failed: 'bad',
  failing: 'bad',
  disabled: 'off',
  canceled: 'off',
  archived: 'off',
  revoked: 'off',
  expired: 'off',
  pending: 'wait',
  paused: 'wait',
  running: 'wait',
};

export function StatusOf({ status, title }: { status: string; title?: string }) {
  return (
    <Status tone={tones[status] ?? 'off'} title={title}>
      {status}
    </Status>
  );
}
