/**
 * Posthorn's API in domain verbs, so that a test reads as what somebody does. A verb throws when it is refused; to look at
 * a refusal, use `request`, which returns whatever came.
 */
import { waitFor } from './wait-for.js';
import type * as api from './api-types.js';

export interface Reply<T = unknown> {
  status: number;
  headers: Headers;
  /** Parsed, when it was JSON. */
  body: T;
  text: string;
}

export class UnexpectedStatus extends Error {
  constructor(
    what: string,
    readonly reply: Reply,
  ) {
    super(`${what} → ${reply.status} ${reply.text.slice(0, 2_000)}`);
    this.name = 'UnexpectedStatus';
  }
}

type Query = Record<string, string | number | boolean | undefined>;

/** Longer than any test's own wait; only keeps a dead server from hanging the run. */
const REQUEST_TIMEOUT_MS = 30_000;

export class PosthornClient {
  constructor(
    readonly url: string,
    readonly key: string | undefined,
  ) {}

  /** The same installation as somebody else: another key, a tenant's token, or nobody. */
  as(key: string | undefined): PosthornClient {
    return new PosthornClient(this.url, key);
  }

  createTenant(tenant: Partial<api.Tenant> = {}): Promise<api.Tenant> {
    return this.call('POST', '/v1/tenants', { name: 'Acme', ...tenant });
  }

  updateTenant(tenant: string, changes: object): Promise<api.Tenant> {
    return this.call('PATCH', `/v1/tenants/${encodeURIComponent(tenant)}`, changes);
  }

  async deleteTenant(tenant: string): Promise<void> {
    await this.call('DELETE', `/v1/tenants/${encodeURIComponent(tenant)}`);
  }

  createEventType(eventType: { name: string } & Record<string, unknown>): Promise<api.EventType> {
    return this.call('POST', '/v1/event-types', eventType);
  }

  /** Everything is subscribed to, unless told otherwise. @returns the endpoint with its secret */
  createEndpoint(
    tenant: string,
    endpoint: { url: string } & Record<string, unknown>,
  ): Promise<api.NewEndpoint> {
    return this.call('POST', endpointsOf(tenant), { eventTypes: ['*'], ...endpoint });
  }

  getEndpoint(tenant: string, endpoint: string): Promise<api.Endpoint> {
    return this.call('GET', `${endpointsOf(tenant)}/${endpoint}`);
  }

  updateEndpoint(tenant: string, endpoint: string, changes: object): Promise<api.Endpoint> {
    return this.call('PATCH', `${endpointsOf(tenant)}/${endpoint}`, changes);
  }

  async deleteEndpoint(tenant: string, endpoint: string): Promise<void> {
    await this.call('DELETE', `${endpointsOf(tenant)}/${endpoint}`);
  }

  rotateSecret(tenant: string, endpoint: string, options: object = {}): Promise<{ secret: string }> {
    return this.call('POST', `${endpointsOf(tenant)}/${endpoint}/secret/rotate`, options);
  }

  sendTest(tenant: string, endpoint: string, options: object = {}): Promise<api.EmittedEvent> {
    return this.call('POST', `${endpointsOf(tenant)}/${endpoint}/test`, options);
  }

  emit(
    tenant: string,
    event: Partial<api.Emit> = {},
    headers?: Record<string, string>,
  ): Promise<api.EmittedEvent> {
    return this.call(
      'POST',
      eventsOf(tenant),
      { type: 'invoice.paid', data: { amount: 125 }, ...event },
      headers,
    );
  }

  /** The body as text, for bytes that JSON.stringify would not write: numbers past 2^53, white space, key order. */
  emitText(tenant: string, body: string, headers?: Record<string, string>): Promise<api.EmittedEvent> {
    return this.call('POST', eventsOf(tenant), body, headers);
  }

  async emitBatch(tenant: string, events: api.Emit[]): Promise<api.BatchItem[]> {
    const { data } = await this.call<{ data: api.BatchItem[] }>('POST', `${eventsOf(tenant)}/batch`, {
      events,
    });
    return data;
  }

  getEvent(tenant: string, event: string): Promise<api.Event> {
    return this.call('GET', `${eventsOf(tenant)}/${event}`);
  }

  listEvents(tenant: string, query: Query = {}): Promise<api.Page<api.Event>> {
    return this.call('GET', `${eventsOf(tenant)}${queryString(query)}`);
  }

  listDeliveries(query: Query = {}): Promise<api.Page<api.Delivery>> {
    return this.call('GET', `/v1/deliveries${queryString(query)}`);
  }

  getDelivery(delivery: string): Promise<api.Delivery> {
    return this.call('GET', `/v1/deliveries/${delivery}`);
  }

  /** Oldest first, whatever the API's order: as they happened. */
  async attempts(delivery: string): Promise<api.Attempt[]> {
    const { data } = await this.call<api.Page<api.Attempt>>(
      'GET',
      `/v1/deliveries/${delivery}/attempts?limit=200`,
    );
    return data.sort((one, other) => one.attemptNumber - other.attemptNumber);
  }

  replay(delivery: string): Promise<api.Delivery> {
    return this.call('POST', `/v1/deliveries/${delivery}/replay`);
  }

  cancel(delivery: string): Promise<api.Delivery> {
    return this.call('POST', `/v1/deliveries/${delivery}/cancel`);
  }

  createReplay(request: { filter: object; dryRun?: boolean } & Record<string, unknown>): Promise<api.Replay> {
    return this.call('POST', '/v1/replays', request);
  }

  getReplay(replay: string): Promise<api.Replay> {
    return this.call('GET', `/v1/replays/${replay}`);
  }

  createApiKey(role: api.Role, name = `${role} of a test`): Promise<api.NewApiKey> {
    return this.call('POST', '/v1/api-keys', { name, role });
  }

  createPortalSession(tenant: string, options: object = {}): Promise<{ url: string; token: string }> {
    return this.call('POST', `/v1/tenants/${encodeURIComponent(tenant)}/portal-sessions`, options);
  }

  /** The deliveries that an event is owed to, once there are `count` of them. */
  async waitForDeliveriesOf(event: string, count = 1, timeoutMs?: number): Promise<api.Delivery[]> {
    return waitFor(
      async () => {
        const { data } = await this.listDeliveries({ event, limit: 200 });
        return data.length >= count && data;
      },
      { timeoutMs, what: `${count} deliveries of ${event}` },
    );
  }

  async waitForDelivery(
    delivery: string,
    status: api.DeliveryStatus,
    timeoutMs?: number,
  ): Promise<api.Delivery> {
    return waitFor(
      async () => {
        const found = await this.getDelivery(delivery);
        return found.status === status && found;
      },
      { timeoutMs, what: `${delivery} to be ${status}` },
    );
  }

  /** Whatever comes of it. A string is sent as it is, anything else as JSON. */
  async request<T = unknown>(
    method: string,
    route: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<T>> {
    const response = await fetch(this.url + route, {
      method,
      headers: {
        ...(this.key !== undefined && { authorization: `Bearer ${this.key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : undefined) as T,
      text,
    };
  }

  private async call<T>(
    method: string,
    route: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<T> {
    const reply = await this.request<T>(method, route, body, headers);
    if (reply.status < 200 || reply.status > 299) throw new UnexpectedStatus(`${method} ${route}`, reply);
    return reply.body;
  }
}

function endpointsOf(tenant: string): string {
  return `/v1/tenants/${encodeURIComponent(tenant)}/endpoints`;
}

function eventsOf(tenant: string): string {
  return `/v1/tenants/${encodeURIComponent(tenant)}/events`;
}

function queryString(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}
