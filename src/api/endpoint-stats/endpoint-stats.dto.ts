import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

export const statsWindowsMs = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const;
export type StatsWindow = keyof typeof statsWindowsMs;
export const statsWindows = Object.keys(statsWindowsMs) as StatsWindow[];

export class StatsQuery {
  /** How far to look back. */
  @IsOptional()
  @IsIn(statsWindows)
  @ApiPropertyOptional({ enum: statsWindows, default: '24h' })
  window?: StatsWindow = '24h';
}

export class LatencyAnswer {
  /** @example 41 */
  p50: number;
  /** @example 120 */
  p95: number;
  /** @example 380 */
  p99: number;
}

export class BacklogAnswer {
  /**
   * Deliveries that wait to be sent, retries included; counted up to 10,000.
   * @example 3
   */
  waiting: number;
  /** There are more than that. */
  more: boolean;
  /** Since when the first in line has been due; null: nothing is due. */
  dueSince: Date | null;
}

export class EndpointStatsAnswer {
  /** @example "24h" */
  window: string;
  /** The figures are of attempts from here on; later than the window’s beginning when `sampled`. */
  from: Date;
  /** Only the endpoint’s newest 5,000 deliveries were looked at, and there are more. */
  sampled: boolean;
  /** @example 1520 */
  attempts: number;
  /** @example 1500 */
  succeeded: number;
  /** @example 20 */
  failed: number;
  /**
   * Of the attempts, the share that succeeded; null without attempts.
   * @example 0.987
   */
  successRate: number | null;
  /** How long an attempt took, in milliseconds; null without attempts. */
  latencyMs: LatencyAnswer | null;
  lastSuccessAt: Date | null;
  lastFailureAt: Date | null;
  backlog: BacklogAnswer;
}
