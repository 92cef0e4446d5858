/**
 * What Posthorn itself has to say, as events like any others: through its own delivery path, signed and retried. Their
 * types are reserved, so that whoever receives one knows where it comes from (docs/operational-events.md).
 */
export const operationalEventTypes = [
  /** An endpoint's circuit has opened, or it has only failed for so long that it will be disabled. */
  'endpoint.failing',
  /** An endpoint was disabled by Posthorn: it answered 410, or had only failed for too long. */
  'endpoint.disabled',
  /** An endpoint that was failing works again. */
  'endpoint.recovered',
  /** Deliveries to an endpoint were given up: their retry schedule is exhausted. */
  'delivery.failed',
] as const;
export type OperationalEventType = (typeof operationalEventTypes)[number];

/** The externalId of the tenant whose endpoints hear of everything; made by a migration. */
export const OPERATOR_TENANT = 'posthorn-operator';
export const OPERATOR_TENANT_ID = '00000000-0000-7000-8000-000000000001';

export function isOperational(eventType: string): eventType is OperationalEventType {
  return (operationalEventTypes as readonly string[]).includes(eventType);
}

/** A delivery that was given up, as it is reported for `delivery.failed`. */
export interface FailedDelivery {
  deliveryId: string;
  eventId: string;
  eventType: string;
  endpointId: string;
  /** A test event's; nobody is told. */
  test: boolean;
  attemptCount: number;
  statusCode: number | null;
  errorCode: string | null;
}
