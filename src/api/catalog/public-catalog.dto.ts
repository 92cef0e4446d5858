import type { JsonObject, JsonValue } from '../../model/json.js';
import { PageEnd } from '../page.dto.js';

export class PublicEventTypeSummary {
  /** @example "invoice.paid" */
  name: string;
  /** @example "A customer has paid an invoice in full." */
  description: string;
  /** @example "Billing" */
  group: string | null;
  /** @example "2" */
  version: string | null;
}

export class PublicEventType extends PublicEventTypeSummary {
  /** @example { "type": "object" } */
  schema: JsonObject | null;
  /** @example { "amount": 12500, "currency": "EUR" } */
  example: JsonValue;
  /** @example [{ "amount": 5, "currency": "CHF" }] */
  examples: JsonValue[];
}

export class CatalogBrand {
  /** @example "Acme Billing" */
  name: string | null;
  logoUrl: string | null;
  /** @example "#0b5c7a" */
  color: string | null;
}

export class PublicCatalogPage extends PageEnd {
  data: PublicEventTypeSummary[];
  /** Whose catalog it is: as the customer portal presents itself. */
  brand: CatalogBrand;
}
