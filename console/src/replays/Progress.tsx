/** How far a replay has come, and what became of what it sent: succeeded, failed, under way, not yet replayed. */
import type { Replay } from '../api/types.js';
import { ProgressBar } from '../kit/ProgressBar.js';

export function Progress({ replay: { total, replayed, succeeded, failed } }: { replay: Replay }) {
  const underWay = Math.max(0, replayed - succeeded - failed);
  return (
    <ProgressBar
      label="Replayed"
      total={total}
      parts={[
        { name: 'succeeded', count: succeeded, fill: 'var(--ph-ok-fill)' },
        { name: 'failed', count: failed, fill: 'var(--ph-bad-fill)' },
        { name: 'under way', count: underWay, fill: 'var(--ph-wait-fill)' },
      ]}
    />
  );
}
