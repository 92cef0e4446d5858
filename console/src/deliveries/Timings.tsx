/** Where the time of an attempt went. */
import type { Attempt } from '../api/types.js';
import { duration } from '../kit/words.js';

const parts = [
  { name: 'access token', key: 'tokenMs', fill: 'var(--ph-bad-fill)' },
  { name: 'DNS', key: 'dnsMs', fill: 'var(--ph-off-fill)' },
  { name: 'connect', key: 'connectMs', fill: 'var(--ph-brass)' },
  { name: 'TLS', key: 'tlsMs', fill: 'var(--ph-wait-fill)' },
] as const;

export function Timings({ attempt: { timings, durationMs } }: { attempt: Attempt }) {
  const total = Math.max(timings.totalMs ?? durationMs, 1);
  const opening = parts.reduce((sum, { key }) => sum + (timings[key] ?? 0), 0);
  const firstByte = timings.firstByteMs;
  const spans = [
    ...parts.map(({ name, key, fill }) => ({ name, ms: timings[key] ?? 0, fill })),
    {
      name: 'waiting for the answer',
      ms: Math.max(0, (firstByte ?? total) - opening),
      fill: 'var(--ph-link)',
    },
    {
      name: 'reading it',
      ms: firstByte === undefined ? 0 : Math.max(0, total - firstByte),
      fill: 'var(--ph-ok-fill)',
    },
  ].filter(({ ms }) => ms > 0);
  if (spans.length === 0) return null;
  return (
    <div className="stack-tight">
      <div className="timing-bar" aria-hidden="true">
        {spans.map(({ name, ms, fill }) => (
          <span key={name} style={{ width: `${(ms / total) * 100}%`, background: fill }} />
        ))}
      </div>
      <div className="legend">
        {spans.map(({ name, ms, fill }) => (
          <span key={name} style={{ '--swatch': fill } as object}>
            {name} {duration(ms)}
          </span>
        ))}
      </div>
    </div>
  );
}
