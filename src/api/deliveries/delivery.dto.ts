import { ApiProperty } from '@nestjs/swagger';
import { deliveryStatuses, type DeliveryStatus, type Trigger } from '../../model/delivery.js';
import { PageEnd } from '../page.dto.js';

const triggers = ['emit', 'replay', 'test'] as const satisfies Trigger[];

export class DeliveryAnswer {
  /** @example "dlv_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string;
  /** @example "ten_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  tenantId: string;
  /** @example "ep_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  endpointId: string;
  /** @example "evt_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  eventId: string;
  /** @example "invoice.paid" */
  eventType: string;
  @ApiProperty({ enum: deliveryStatuses, example: 'failed' })
  status: DeliveryStatus;
  /** Why the present schedule runs: the event was emitted, somebody replayed it, or it is a test. */
  @ApiProperty({ enum: triggers, example: 'emit' })
  trigger: Trigger;
  /**
   * The replay of many that took it back last.
   * @example null
   */
  replayId: string | null;
  /**
   * Attempts made so far, replays included.
   * @example 12
   */
  attemptCount: number;
  /**
   * Of the last attempt; null when no answer came.
   * @example 503
   */
  lastStatusCode: number | null;
  /**
   * Why the last attempt failed; null when it did not.
   * @example "http_server_error"
   */
  lastErrorCode: string | null;
  lastAttemptAt: Date | null;
  /**
   * When the next attempt is due, at the earliest: a disabled or failing endpoint is given more time. Null when none is
   * owed, or when it is on its way right now.
   */
  dueAt: Date | null;
  createdAt: Date;
  /** When it succeeded, failed for good or was canceled; null while it is pending. */
  completedAt: Date | null;
}

/** A page may be short, or empty, and still have a `nextCursor`: then there is more to look through. */
export class DeliveryPage extends PageEnd {
  data: DeliveryAnswer[];
}

export class DeliveredEvent {
  /** @example "evt_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string;
  /** @example "invoice.paid" */
  type: string;
  /** @example "in_4711-paid" */
  externalId: string | null;
  occurredAt: Date;
  /** @example ["billing"] */
  tags: string[];
  /** True for events that only try an endpoint out. */
  test: boolean;
}

export class DeliveryDetailsAnswer extends DeliveryAnswer {
  /** @example "https://acme.example/webhooks" */
  endpointUrl: string;
  /** Nothing can be sent to it any more. */
  endpointDeleted: boolean;
  /**
   * Attempts in the present schedule; a replay starts a new one.
   * @example 12
   */
  scheduleAttempts: number;
  /**
   * How many attempts the endpoint’s schedule has.
   * @example 12
   */
  maxAttempts: number;
  /** Null when its event is too old to be kept. */
  event: DeliveredEvent | null;
}
