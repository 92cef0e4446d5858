import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import type { Circuit, DisabledReason } from '../../model/endpoint.js';
import { PageEnd, PageQuery } from '../page.dto.js';

export const overviewWindows = ['1h', '24h', '7d'] as const;
export type OverviewWindowName = (typeof overviewWindows)[number];

export class OverviewQuery {
  /** How far back to look. */
  @IsOptional()
  @IsIn(overviewWindows)
  @ApiPropertyOptional({ enum: overviewWindows, default: '24h' })
  window?: OverviewWindowName = '24h';
}

/** Deliveries by what has become of them so far. */
export class DeliveryCounts {
  succeeded: number;
  failed: number;
  pending: number;
  canceled: number;
}

export class OverviewBucket extends DeliveryCounts {
  /** When it begins. */
  at: Date;
  attempts: number;
  attemptFailures: number;
  /** Of the attempts that began in it, in milliseconds; null without any. */
  p50Ms: number | null;
  p95Ms: number | null;
}

export class AttemptTotals {
  attempts: number;
  failures: number;
  /** In milliseconds; null without any attempt. */
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

export class OverviewBacklog {
  /** Deliveries that wait for their time or their turn. */
  waiting: number;
  /** Of those, how many should have been sent by now. */
  due: number;
  /** In the queue or being sent. */
  underWay: number;
  /** True when there are more than these figures say: counting stops at 20,000. */
  capped: boolean;
  /** How long the oldest delivery that may be sent has been due, in milliseconds; null: none is. */
  lagMs: number | null;
}

/** An endpoint, and how it fares. */
export class EndpointOverview {
  id: string;
  tenantId: string;
  tenantName: string;
  url: string;
  description: string;
  eventTypes: string[];
  disabled: boolean;
  @ApiProperty({ enum: ['by_request', 'gone', 'failing', null], nullable: true, type: String })
  disabledReason: DisabledReason | null;
  disabledAt: Date | null;
  @ApiProperty({ enum: ['closed', 'open', 'half_open'] })
  circuit: Circuit;
  circuitReason: string | null;
  nextProbeAt: Date | null;
  failingSince: Date | null;
  consecutiveFailures: number;
  lastSuccessAt: Date | null;
  lastFailureAt: Date | null;
  createdAt: Date;
}

export class Overview {
  from: Date;
  to: Date;
  bucketSeconds: number;
  /** True when figures over time are scaled up from a sample. Backlog and lag never are. */
  estimated: boolean;
  deliveries: DeliveryCounts;
  attempts: AttemptTotals;
  buckets: OverviewBucket[];
  backlog: OverviewBacklog;
  /** The worst first, at most 20. */
  troubledEndpoints: EndpointOverview[];
}

export const endpointStates = ['healthy', 'failing', 'disabled'] as const;

export class EndpointOverviewQuery extends PageQuery {
  /**
   * A tenant’s id.
   * @example "ten_019ab1c2d3e47f508192a3b4c5d6e7f8"
   */
  @IsOptional()
  @IsString()
  @MaxLength(300)
  tenant?: string;

  @IsOptional()
  @IsIn(endpointStates)
  @ApiPropertyOptional({ enum: endpointStates })
  state?: (typeof endpointStates)[number];

  /**
   * Part of the URL, the description or the tenant’s name.
   * @example "example.com"
   */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  search?: string;
}

export class EndpointOverviewPage extends PageEnd {
  data: EndpointOverview[];
}

export class LabelsQuery {
  /**
   * Ids of tenants, endpoints and API keys, comma-separated; at most 400.
   * @example "ten_019ab1c2d3e47f508192a3b4c5d6e7f8,ep_019ab1c2d3e47f508192a3b4c5d6e7f8"
   */
  @IsString()
  @MaxLength(20_000)
  ids: string;
}

/** What people call it. */
export class Label {
  id: string;
  /** A tenant’s or key’s name, or an endpoint’s URL. */
  name: string;
  description: string | null;
}

export class Labels {
  data: Label[];
}
