import { ApiProperty } from '@nestjs/swagger';
import { PageEnd } from '../page.dto.js';

export class AttemptAnswer {
  /** @example "att_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string;
  /** @example "dlv_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  deliveryId: string;
  /** @example "ep_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  endpointId: string;
  /** @example "evt_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  eventId: string;
  /**
   * Counts all attempts of the delivery, from 1.
   * @example 1
   */
  attemptNumber: number;
  /** Why it was made: `emit`, `replay`, `test`, or `retry` for every further attempt of a schedule. */
  @ApiProperty({ type: String, example: 'emit' })
  trigger: string;
  /**
   * Where it was sent, then.
   * @example "https://acme.example/webhooks"
   */
  url: string;
  /**
   * What was sent with it; values that are secret are hidden.
   * @example { "content-type": "application/json", "x-api-key": "•••" }
   */
  requestHeaders: Record<string, string>;
  /**
   * Null when no answer came.
   * @example 503
   */
  statusCode: number | null;
  /** Up to 100 of them, 16 KiB in all. Null when no answer came, and for keys without access to payloads. */
  @ApiProperty({
    type: 'object',
    nullable: true,
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    example: { 'content-type': 'text/plain' },
  })
  responseHeaders: Record<string, string | string[]> | null;
  /**
   * The first 16 KiB as text; bytes that are not UTF-8 are replaced. Null when no answer came, and for keys without
   * access to payloads.
   * @example "upstream timed out"
   */
  responseBody: string | null;
  /**
   * The same bytes as they came, in base64, when they are not text.
   * @example null
   */
  responseBodyBase64: string | null;
  /** The body was longer than is kept, or did not arrive in full. */
  responseBodyTruncated: boolean;
  /**
   * Null when it succeeded.
   * @example "http_server_error"
   */
  errorCode: string | null;
  /** @example "HTTP 503" */
  errorMessage: string | null;
  /**
   * The address that was connected to.
   * @example "198.51.100.7"
   */
  remoteAddress: string | null;
  /**
   * In milliseconds. The parts of opening a connection are absent when one was used again.
   * @example { "totalMs": 41, "dnsMs": 2, "connectMs": 9, "tlsMs": 14, "firstByteMs": 40 }
   */
  timings: Record<string, number>;
  /** @example 41 */
  durationMs: number;
  startedAt: Date;
}

export class AttemptPage extends PageEnd {
  data: AttemptAnswer[];
}
