/** What the seeded installation is about: a billing product, its event types, its customers and their receivers. */

export interface SeedEventType {
  name: string;
  group: string;
  version: string;
  description: string;
  schema: object;
  example: object;
}

const amount = { type: 'integer', description: 'In the currency’s smallest unit.' };
const currency = { type: 'string', description: 'ISO 4217.', enum: ['EUR', 'USD', 'GBP'] };
const invoice = { type: 'string', description: 'The invoice’s id.' };
const customer = {
  type: 'object',
  description: 'Whose invoice it is.',
  properties: {
    id: { type: 'string' },
    email: { type: 'string', format: 'email', description: 'Where the invoice was sent.' },
  },
  required: ['id'],
};

export const eventTypes: SeedEventType[] = [
  {
    name: 'invoice.created',
    group: 'Invoices',
    version: '2',
    description: 'An invoice was drawn up and sent to its customer.',
    schema: {
      type: 'object',
      properties: { invoice, amount, currency, customer, dueOn: { type: 'string', format: 'date' } },
      required: ['invoice', 'amount', 'currency', 'customer'],
    },
    example: {
      invoice: 'in_4711',
      amount: 12500,
      currency: 'EUR',
      customer: { id: 'cus_82', email: 'ap@example.com' },
      dueOn: '2026-12-05',
    },
  },
  {
    name: 'invoice.paid',
    group: 'Invoices',
    version: '2',
    description: 'A customer has paid an invoice in full.',
    schema: {
      type: 'object',
      properties: { invoice, amount, currency, customer, method: { enum: ['card', 'sepa', 'transfer'] } },
      required: ['invoice', 'amount', 'currency'],
    },
    example: {
      invoice: 'in_4711',
      amount: 12500,
      currency: 'EUR',
      customer: { id: 'cus_82' },
      method: 'sepa',
    },
  },
  {
    name: 'invoice.overdue',
    group: 'Invoices',
    version: '1',
    description: 'An invoice is past its due date and not paid. Sent once.',
    schema: { type: 'object', properties: { invoice, amount, currency, daysLate: { type: 'integer' } } },
    example: { invoice: 'in_4690', amount: 8900, currency: 'EUR', daysLate: 3 },
  },
  {
    name: 'payment.failed',
    group: 'Payments',
    version: '1',
    description: 'A payment was tried and refused.',
    schema: {
      type: 'object',
      properties: { payment: { type: 'string' }, invoice, reason: { type: 'string' } },
      required: ['payment', 'reason'],
    },
    example: { payment: 'pay_1901', invoice: 'in_4702', reason: 'insufficient_funds' },
  },
  {
    name: 'subscription.renewed',
    group: 'Customers',
    version: '1',
    description: 'A subscription was renewed for another period.',
    schema: { type: 'object', properties: { subscription: { type: 'string' }, plan: { type: 'string' } } },
    example: { subscription: 'sub_330', plan: 'team' },
  },
  {
    name: 'customer.updated',
    group: 'Customers',
    version: '1',
    description: 'A customer’s details changed.',
    schema: {
      type: 'object',
      properties: { customer, changed: { type: 'array', items: { type: 'string' } } },
    },
    example: { customer: { id: 'cus_82', email: 'billing@example.com' }, changed: ['email'] },
  },
];

export interface SeedTenant {
  externalId: string;
  name: string;
  metadata: Record<string, string>;
  endpoints: { path: string; description: string; eventTypes: string[]; settings?: object }[];
  /** How many of each hundred events are its. */
  weight: number;
}

/** The paths say how the local receiver behaves (dev/receiver-behaviour.ts). */
export const tenants: SeedTenant[] = [
  {
    externalId: 'northwind',
    name: 'Northwind Traders',
    metadata: { plan: 'enterprise', region: 'eu' },
    weight: 40,
    endpoints: [
      {
        path: '/ok',
        description: 'Books invoices into the ERP',
        eventTypes: ['invoice.*'],
        settings: { filter: { data: { amount: { $gte: 2_000 } } } },
      },
      {
        path: '/slow/180',
        description: 'Data warehouse',
        eventTypes: ['*'],
        settings: { bodyFormat: 'cloudevents' },
      },
    ],
  },
  {
    externalId: 'acme',
    name: 'Acme Corporation',
    metadata: { plan: 'gold', region: 'us' },
    weight: 30,
    endpoints: [
      { path: '/flaky/1', description: 'Billing service', eventTypes: ['invoice.*', 'payment.failed'] },
      { path: '/fail/503', description: 'Slack relay', eventTypes: ['payment.failed', 'invoice.overdue'] },
    ],
  },
  {
    externalId: 'umbrella',
    name: 'Umbrella GmbH & Co. KG',
    metadata: { plan: 'gold', region: 'eu' },
    weight: 20,
    endpoints: [
      {
        path: '/slow/40',
        description: 'CRM sync',
        eventTypes: ['customer.updated', 'subscription.renewed'],
        settings: { ordering: 'strict', onFailure: 'hold' },
      },
      {
        path: '/rate-limited',
        description: 'Mailer',
        eventTypes: ['invoice.created'],
        settings: { rateLimitPerSecond: 5 },
      },
    ],
  },
  {
    externalId: 'initech',
    name: 'Initech',
    metadata: { plan: 'starter', region: 'us' },
    weight: 10,
    endpoints: [
      { path: '/gone', description: 'Old reporting job', eventTypes: ['invoice.paid'] },
      {
        path: '/redirect',
        description: 'TPS reports',
        eventTypes: ['customer.updated'],
        // One attempt and no more: some deliveries should have failed for good.
        settings: { retry: { scheduleSeconds: [] } },
      },
      // Markup is text, wherever it is shown.
      {
        path: '/ok',
        description: '<img src=x onerror=alert(1)> Legacy portal',
        eventTypes: ['subscription.renewed'],
      },
    ],
  },
];
