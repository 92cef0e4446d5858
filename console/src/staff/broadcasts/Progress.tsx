/** How far a broadcast has come, and what became of its tenants. */
import type { Broadcast } from '../../api/types.js';
import { ProgressBar } from '../../kit/ProgressBar.js';

export function Progress({ broadcast: { total, emitted, skipped, refused } }: { broadcast: Broadcast }) {
  return (
    <ProgressBar
      label="Tenants"
      total={total}
      parts={[
        { name: 'emitted', count: emitted, fill: 'var(--ph-ok-fill)' },
        { name: 'refused', count: refused, fill: 'var(--ph-bad-fill)' },
        { name: 'without a wish for it', count: skipped, fill: 'var(--ph-off-fill)' },
      ]}
    />
  );
}
