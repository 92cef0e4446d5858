/** How far a replay has come, and what became of what it sent: succeeded, failed, under way, not yet replayed. */
import type { Replay } from '../api/types.js';
import type { Progress } from '../kit/ProgressBar.js';

export function replayProgress(replay: Replay): Progress {
  return {
    label: 'Replayed',
    total: replay.total,
    parts: [
      { name: 'succeeded', count: replay.succeeded, fill: 'var(--ph-ok-fill)' },
      { name: 'failed', count: replay.failed, fill: 'var(--ph-bad-fill)' },
      { name: 'under way', count: underWay(replay), fill: 'var(--ph-wait-fill)' },
    ],
  };
}

export function underWay({ replayed, succeeded, failed }: Replay): number {
  return Math.max(0, replayed - succeeded - failed);
}
