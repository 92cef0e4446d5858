import { IsBoolean } from 'class-validator';
import type { JsonObject } from '../../model/json.js';
import { IsJsonObject, Omittable } from '../fields.js';

/** As large as a catalog of a thousand well-described event types; the body's own limit may be lower. */
const DOCUMENT_BYTES_MAX = 4_194_304;

export class ImportEventTypes {
  /**
   * An OpenAPI 3.1 document. Each of its `webhooks` becomes an event type, or changes the one of that name; others in the
   * catalog stay as they are.
   * @example { "openapi": "3.1.0", "info": { "title": "Acme", "version": "1" }, "webhooks": { "invoice.paid": { "post": { "description": "A customer has paid an invoice in full.", "requestBody": { "content": { "application/json": { "schema": { "type": "object", "required": ["amount"] } } } } } } } }
   */
  @IsJsonObject(DOCUMENT_BYTES_MAX)
  document: JsonObject;

  /** Only says what would be done. */
  @Omittable()
  @IsBoolean()
  dryRun?: boolean = false;
}

export class ImportedEventTypes {
  /** @example ["invoice.paid"] */
  created: string[];
  /** @example ["customer.created"] */
  updated: string[];
}
