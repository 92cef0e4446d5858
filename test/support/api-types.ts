/**
 * The API's answers as a client sees them, with the fields that tests look at. Written down apart from the server's own types on
 * purpose: a field that is renamed there must fail here.
 */

export type Role = 'admin' | 'emitter' | 'support';
export type DeliveryStatus = 'pending' | 'succeeded' | 'failed' | 'canceled';

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

export interface Problem {
  status: number;
  code: string;
  title: string;
  detail?: string;
  errors?: { path: string; message: string }[];
}

export interface Tenant {
  id: string;
  externalId: string | null;
  name: string;
  metadata: Record<string, unknown>;
}

export interface EventType {
  name: string;
  description: string | null;
  archived: boolean;
}

export interface Endpoint {
  id: string;
  url: string;
  eventTypes: string[];
  disabled: boolean;
  disabledReason: string | null;
  status: string;
  circuit: unknown;
}

export interface NewEndpoint extends Endpoint {
  secret: string;
}

export interface Listener {
  id: string;
  endpointId: string;
  eventTypes: string[];
  filter: unknown;
  createdBy: string | null;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
}

export interface Emit {
  type: string;
  data: unknown;
  id?: string;
  occurredAt?: string;
  deliverAt?: string;
  expiresAt?: string;
  tags?: string[];
}

export interface EmittedEvent {
  id: string;
  type: string;
}

export interface BatchItem {
  id?: string;
  status: number | string;
}

export interface Event {
  id: string;
  type: string;
  data: unknown;
  deliveries?: Delivery[];
}

export interface Delivery {
  id: string;
  endpointId: string;
  status: DeliveryStatus;
  attemptCount: number;
}

export interface Attempt {
  id: string;
  attemptNumber: number;
  statusCode: number | null;
  errorCode: string | null;
}

export interface Replay {
  id: string;
  status: string;
  count?: number;
  total: number;
  replayed: number;
}

export interface NewApiKey {
  id: string;
  key: string;
  role: Role;
}
