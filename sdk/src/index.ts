/** What the package offers: the client, its errors, the check of webhooks, and the API's types by their own names. */
export { Posthorn, RETRY, type PosthornOptions } from './posthorn.js';
export { answerOf, type Http, type Schemas } from './http.js';
export { ConnectionError, PosthornError, RefusedError, type ErrorCode, type Problem } from './errors.js';
export { Listing, type Page } from './listing.js';
export { type RetryOptions } from './retrying-fetch.js';
export {
  verifyWebhook,
  WebhookVerificationError,
  type VerifiedWebhook,
  type WebhookBody,
  type WebhookHeaders,
} from './verify-webhook.js';
export type { EmitOptions, EventsQuery } from './resources/events.js';
export type { BroadcastsQuery } from './resources/broadcasts.js';
export type { DeliveriesQuery } from './resources/deliveries.js';
export type { EndpointsQuery, StatsQuery } from './resources/endpoints.js';
export type { EventTypesQuery } from './resources/event-types.js';
export type { ReplayRequest, ReplaysQuery } from './resources/replays.js';
export type { TenantsQuery } from './resources/tenants.js';
