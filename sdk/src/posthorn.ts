/**
 * The client: one per program, holding nothing but its settings. Whatever has no method here is within reach by `http`,
 * typed from the same description, with the same retries; `answerOf` turns its refusals into errors.
 */
import { createHttp, type Http } from './http.js';
import { type RetryOptions } from './retrying-fetch.js';
import { Broadcasts } from './resources/broadcasts.js';
import { Deliveries } from './resources/deliveries.js';
import { Endpoints } from './resources/endpoints.js';
import { Events } from './resources/events.js';
import { EventTypes } from './resources/event-types.js';
import { PortalSessions } from './resources/portal-sessions.js';
import { Replays } from './resources/replays.js';
import { Tenants } from './resources/tenants.js';

export interface PosthornOptions {
  /** Where Posthorn is: `https://hooks.example.com`. */
  url: string;
  /** A key, or the token of a portal session. */
  apiKey: string;
  /** What is left out is as in `RETRY`. */
  retry?: Partial<RetryOptions>;
}

/** Five requests within some 8 s of waiting: outlasts a restart of Posthorn, and not the patience of a request handler. */
export const RETRY: RetryOptions = {
  triesMax: 5,
  baseMs: 500,
  waitMsMax: 30_000,
  timeoutMs: 15_000,
  fetch: (request) => globalThis.fetch(request),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
};

export class Posthorn {
  readonly http: Http;
  readonly events: Events;
  readonly broadcasts: Broadcasts;
  readonly tenants: Tenants;
  readonly endpoints: Endpoints;
  readonly eventTypes: EventTypes;
  readonly deliveries: Deliveries;
  readonly replays: Replays;
  readonly portalSessions: PortalSessions;

  constructor({ url, apiKey, retry }: PosthornOptions) {
    const settings = { ...RETRY, ...retry };
    this.http = createHttp({ url, apiKey, retry: settings });
    this.events = new Events(this.http);
    this.broadcasts = new Broadcasts(this.http, settings.sleep);
    this.tenants = new Tenants(this.http);
    this.endpoints = new Endpoints(this.http);
    this.eventTypes = new EventTypes(this.http);
    this.deliveries = new Deliveries(this.http);
    this.replays = new Replays(this.http, settings.sleep);
    this.portalSessions = new PortalSessions(this.http);
  }
}
