/**
 * A trace's way through Posthorn, as the steps see it. The emitter's `traceparent` (W3C Trace Context) is stored with the
 * event and sent on to the receiver; with tracing on, our own spans stand in between: emit, then each attempt as its
 * child and linked to it, so that one trace tells the whole story, retries of the third day included.
 *
 * Types only: OpenTelemetry is loaded by src/telemetry/otlp-tracing.ts, and that only when it is configured.
 */
export interface TracedEmit {
  /** To be stored with the event. */
  traceparent: string;
  end(result: string): void;
}

export interface TracedAttempt {
  /** To be sent to the receiver. */
  traceparent: string;
  end(result: { statusCode: number | null; errorCode: string | null }): void;
}

export interface AttemptIds {
  deliveryId: string;
  eventId: string;
  endpointId: string;
  tenantId: string;
  eventType: string;
  attemptNumber: number;
}

export interface Tracing {
  /** @param parent the traceparent that came with the request */
  emit(parent: string | undefined, eventType: string): TracedEmit;
  /** @param parent the traceparent that was stored with the event */
  attempt(parent: string | null, ids: AttemptIds): TracedAttempt;
  /** Sends what has not been sent yet; never rejects. */
  close(): Promise<void>;
}
