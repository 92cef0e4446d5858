/** The API's answers by the names that people use; their shapes come from openapi.yaml, by way of the SDK (`npm run openapi`). */
import type { components } from '../../../sdk/src/schema.js';

type Schemas = components['schemas'];

export type ApiKey = Schemas['ApiKeyAnswer'];
export type Attempt = Schemas['AttemptAnswer'];
export type AuditRecord = Schemas['AuditRecordAnswer'];
export type Broadcast = Schemas['BroadcastAnswer'];
export type ConsoleSession = Schemas['ConsoleSession'];
export type Delivery = Schemas['DeliveryAnswer'];
export type DeliveryDetails = Schemas['DeliveryDetailsAnswer'];
export type DeliveryStatus = Delivery['status'];
export type Endpoint = Schemas['EndpointAnswer'];
export type EndpointOverview = Schemas['EndpointOverview'];
export type EndpointStats = Schemas['EndpointStatsAnswer'];
export type EventDetails = Schemas['EventDetailsAnswer'];
export type EventType = Schemas['EventTypeAnswer'];
export type Label = Schemas['Label'];
export type Listener = Schemas['ListenerAnswer'];
export type LiveSecret = Schemas['LiveSecretAnswer'];
export type NewApiKey = Schemas['NewApiKeyAnswer'];
export type NewEndpoint = Schemas['NewEndpointAnswer'];
export type Overview = Schemas['Overview'];
export type OverviewBucket = Schemas['OverviewBucket'];
export type PortalSession = Schemas['PortalSession'];
export type PortalSessionLink = Schemas['PortalSessionAnswer'];
export type PublicCatalogPage = Schemas['PublicCatalogPage'];
export type PublicEventType = Schemas['PublicEventType'];
export type PublicEventTypeSummary = Schemas['PublicEventTypeSummary'];
export type Replay = Schemas['ReplayAnswer'];
export type ReplayCount = Schemas['ReplayCount'];
export type Retry = Endpoint['retry'];
export type Secret = Schemas['SecretAnswer'];
export type Tenant = Schemas['TenantAnswer'];
