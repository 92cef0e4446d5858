import { IsEventTypeName, Omittable } from '../fields.js';

export class SendTest {
  /**
   * The event type whose example is sent; any type, whether the endpoint asked for it or not. When left out, one that it
   * asked for and that has an example.
   * @example "invoice.paid"
   */
  @Omittable()
  @IsEventTypeName()
  type?: string;
}
