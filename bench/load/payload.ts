/** An event of about 1 KB, as products send them: a few nested objects, some text, some numbers. */
const LINE = {
  description: 'Seat, monthly, prorated from the 12th',
  quantity: 3,
  unitAmount: 1900,
  taxRate: 0.19,
};

const DATA = JSON.stringify({
  id: 'inv_7f3k2q9m1x',
  customer: { id: 'cus_44z81', name: 'Grünwald & Söhne GmbH', country: 'DE', vatId: 'DE298374651' },
  currency: 'EUR',
  amount: 22610,
  paidAt: '2026-11-21T09:12:44.120Z',
  lines: [LINE, LINE, LINE, LINE, LINE],
  address: { line1: 'Invalidenstraße 117', city: 'Berlin', postalCode: '10115' },
  note: 'Thank you for your business. This invoice was paid by card; no further action is needed from your side.',
  hostedUrl: 'https://billing.example.com/invoices/inv_7f3k2q9m1x/view?locale=de-DE',
});

export const PAYLOAD_BYTES = Buffer.byteLength(DATA);

/** The body of `POST /v1/tenants/{t}/events`. */
export function emitBody(type = 'invoice.paid'): string {
  return `{"type":"${type}","data":${DATA}}`;
}
