/** How far a broadcast has come, and what became of its tenants. */
import type { Broadcast } from '../../api/types.js';
import type { Progress } from '../../kit/ProgressBar.js';

export function broadcastProgress({ total, emitted, skipped, refused }: Broadcast): Progress {
  return {
    label: 'Tenants',
    total,
    parts: [
      { name: 'emitted', count: emitted, fill: 'var(--ph-ok-fill)' },
      { name: 'refused', count: refused, fill: 'var(--ph-bad-fill)' },
      // Asked and done with, though nothing was sent: not to be taken for what is still to do.
      { name: 'without a wish for it', count: skipped, fill: 'var(--ph-idle-fill)' },
    ],
  };
}
