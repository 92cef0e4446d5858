/** Deliveries over time, by what became of them: stacked bars. The table beneath is for those who cannot see it. */
import { VisuallyHidden } from '@mantine/core';
import type { OverviewBucket } from '../api/types.js';
import { inFull, inShort, utc } from '../kit/words.js';
import { ticksUpTo, timeLabel, timeTicks } from './scale.js';
import { useWidth } from './useWidth.js';

const HEIGHT = 170;
const LEFT = 44;
const BOTTOM = 22;
/** From the ground up: what went well carries the rest. */
const layers = [
  { status: 'succeeded', fill: 'var(--ph-ok-fill)' },
  { status: 'pending', fill: 'var(--ph-wait-fill)' },
  { status: 'failed', fill: 'var(--ph-bad-fill)' },
  { status: 'canceled', fill: 'var(--ph-off-fill)' },
] as const;

export function DeliveriesChart({
  buckets,
  bucketSeconds,
}: {
  buckets: OverviewBucket[];
  bucketSeconds: number;
}) {
  const [element, width] = useWidth();
  const totals = buckets.map((bucket) => layers.reduce((sum, { status }) => sum + bucket[status], 0));
  const ticks = ticksUpTo(Math.max(...totals, 1), 3, 1);
  const top = ticks.at(-1)!;
  const height = HEIGHT - BOTTOM - 8;
  const y = (value: number) => 8 + height * (1 - value / top);
  const slot = (width - LEFT) / buckets.length;
  const bar = Math.max(1, slot - Math.min(3, slot * 0.25));

  return (
    <div ref={element}>
      <svg className="chart" height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
        {ticks.map((tick) => (
          <g key={tick}>
            <line className="grid" x1={LEFT} x2={width} y1={y(tick)} y2={y(tick)} />
            <text x={LEFT - 8} y={y(tick) + 4} textAnchor="end">
              {inShort(tick)}
            </text>
          </g>
        ))}
        {buckets.map((bucket, index) => {
          let below = 0;
          const x = LEFT + index * slot;
          return (
            <g key={bucket.at}>
              {layers.map(({ status, fill }) => {
                const value = bucket[status];
                if (value === 0) return null;
                const from = below;
                below += value;
                // What failed is seen although it is one among thousands.
                const tall = Math.max(1.5, y(from) - y(below));
                return <rect key={status} x={x} width={bar} y={y(from) - tall} height={tall} fill={fill} />;
              })}
              <rect className="hover" x={x} width={slot} y={0} height={HEIGHT - BOTTOM}>
                <title>{`${timeLabel(bucket.at, bucketSeconds)} (${utc(bucket.at)}): ${layers.map(({ status }) => `${inFull(bucket[status])} ${status}`).join(', ')}`}</title>
              </rect>
            </g>
          );
        })}
        {timeTicks(buckets.length).map((index) => (
          <text key={index} x={LEFT + index * slot} y={HEIGHT - 4}>
            {timeLabel(buckets[index]!.at, bucketSeconds)}
          </text>
        ))}
      </svg>
      <VisuallyHidden>
        <table>
          <caption>Deliveries over time, by outcome</caption>
          <thead>
            <tr>
              <th scope="col">From</th>
              {layers.map(({ status }) => (
                <th key={status} scope="col">
                  {status}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {buckets.map((bucket, index) =>
              totals[index] === 0 ? null : (
                <tr key={bucket.at}>
                  <th scope="row">{timeLabel(bucket.at, bucketSeconds)}</th>
                  {layers.map(({ status }) => (
                    <td key={status}>{bucket[status]}</td>
                  ))}
                </tr>
              ),
            )}
          </tbody>
        </table>
      </VisuallyHidden>
    </div>
  );
}
