/** How long attempts took: median and 95th percentile. Without attempts the line breaks, rather than falling to zero. */
import type { OverviewBucket } from '../api/types.js';
import { duration, utc } from '../kit/words.js';
import { ticksUpTo, timeLabel, timeTicks } from './scale.js';
import { useWidth } from './useWidth.js';

const HEIGHT = 120;
const LEFT = 44;
const BOTTOM = 22;
const lines = [
  { name: 'p50Ms', stroke: 'var(--ph-link)' },
  { name: 'p95Ms', stroke: 'var(--ph-brass)' },
] as const;

export function LatencyChart({
  buckets,
  bucketSeconds,
}: {
  buckets: OverviewBucket[];
  bucketSeconds: number;
}) {
  const [element, width] = useWidth();
  const ticks = ticksUpTo(Math.max(...buckets.map(({ p95Ms }) => p95Ms ?? 0), 10), 2);
  const top = ticks.at(-1)!;
  const slot = (width - LEFT) / buckets.length;
  const x = (index: number) => LEFT + (index + 0.5) * slot;
  const y = (value: number) => 8 + (HEIGHT - BOTTOM - 8) * (1 - value / top);

  return (
    <div ref={element}>
      <svg
        className="chart"
        height={HEIGHT}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label="Duration of attempts over time"
      >
        {ticks.map((tick) => (
          <g key={tick}>
            <line className="grid" x1={LEFT} x2={width} y1={y(tick)} y2={y(tick)} />
            <text x={LEFT - 8} y={y(tick) + 4} textAnchor="end">
              {tick === 0 ? '0' : duration(tick)}
            </text>
          </g>
        ))}
        {lines.map(({ name, stroke }) => (
          <g
            key={name}
            fill="none"
            stroke={stroke}
            strokeWidth="1.75"
            strokeLinejoin="round"
            strokeLinecap="round"
          >
            {runs(buckets, name).map((run) => (
              <polyline
                key={run[0]!.index}
                points={run.map(({ index, value }) => `${x(index)},${y(value)}`).join(' ')}
              />
            ))}
            {runs(buckets, name)
              .filter((run) => run.length === 1)
              .flat()
              .map(({ index, value }) => (
                <circle key={index} cx={x(index)} cy={y(value)} r="1.5" fill={stroke} />
              ))}
          </g>
        ))}
        {buckets.map((bucket, index) => (
          <rect
            key={bucket.at}
            className="hover"
            x={LEFT + index * slot}
            width={slot}
            y={0}
            height={HEIGHT - BOTTOM}
          >
            <title>
              {`${timeLabel(bucket.at, bucketSeconds)} (${utc(bucket.at)}): `}
              {bucket.p50Ms === null
                ? 'no attempts'
                : `median ${duration(bucket.p50Ms)}, 95th percentile ${duration(bucket.p95Ms!)}`}
            </title>
          </rect>
        ))}
        {timeTicks(buckets.length).map((index) => (
          <text key={index} x={LEFT + index * slot} y={HEIGHT - 4}>
            {timeLabel(buckets[index]!.at, bucketSeconds)}
          </text>
        ))}
      </svg>
    </div>
  );
}

interface Point {
  index: number;
  value: number;
}

function runs(buckets: OverviewBucket[], name: 'p50Ms' | 'p95Ms'): Point[][] {
  const found: Point[][] = [];
  let run: Point[] = [];
  for (const [index, bucket] of buckets.entries()) {
    const value = bucket[name];
    if (value === null) {
      if (run.length > 0) found.push(run);
      run = [];
    } else run.push({ index, value });
  }
  if (run.length > 0) found.push(run);
  return found;
}
