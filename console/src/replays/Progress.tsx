/** How far a replay has come, and what became of what it sent: succeeded, failed, under way, not yet replayed. */
import type { Replay } from '../api/types.js';
import { inFull } from '../kit/words.js';

export function Progress({ replay }: { replay: Replay }) {
  const whole = Math.max(replay.total, replay.replayed, 1);
  const parts = [
    { name: 'succeeded', count: replay.succeeded, fill: 'var(--ph-ok-fill)' },
    { name: 'failed', count: replay.failed, fill: 'var(--ph-bad-fill)' },
    {
      name: 'under way',
      count: Math.max(0, replay.replayed - replay.succeeded - replay.failed),
      fill: 'var(--ph-wait-fill)',
    },
  ];
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label="Replayed"
      aria-valuemin={0}
      aria-valuemax={whole}
      aria-valuenow={replay.replayed}
      title={parts.map(({ name, count }) => `${inFull(count)} ${name}`).join(', ')}
    >
      {parts.map(({ name, count, fill }) => (
        <span key={name} style={{ width: `${(count / whole) * 100}%`, background: fill }} />
      ))}
    </div>
  );
}
