import { describe, expect, it } from 'vitest';
import { bodyText } from '../../src/dispatcher/body.js';
import type { EndpointTarget } from '../../src/model/endpoint.js';

const event = {
  type: 'invoice.paid',
  data: '{"z":12345678901234567890, "a":1.10}',
  tags: [],
  occurredAt: new Date('2026-11-21T09:30:00Z'),
  test: false,
  hops: 0,
  traceparent: null,
  expiresAt: null,
};
const tenantId = '0198c0de-0000-7000-8000-000000000001';
const id = 'evt_0198c0de000070008000000000000004';

const body = (target: Partial<EndpointTarget>, publicUrl = '') =>
  bodyText(
    { tenantId, bodyFormat: 'standard', payload: 'full', ...target } as EndpointTarget,
    event,
    id,
    publicUrl,
  );

describe('the body of a request', () => {
  it('carries the data as the text that was emitted, in every format', () => {
    expect(body({ bodyFormat: 'raw' })).toBe(event.data);
    expect(body({})).toBe(
      `{"type":"invoice.paid","timestamp":"2026-11-21T09:30:00.000Z","data":${event.data}}`,
    );
    expect(body({ bodyFormat: 'cloudevents' })).toContain(`"data":${event.data}}`);
  });

  it('carries nothing of the data when it is thin, but where to find it', () => {
    const href = `/v1/tenants/ten_0198c0de000070008000000000000001/events/${id}`;
    for (const bodyFormat of ['standard', 'raw', 'cloudevents'] as const) {
      const text = body({ bodyFormat, payload: 'thin' }, 'https://hooks.example.com');
      expect(text).not.toContain('12345678901234567890');
      expect(text).toContain(`"href":"https://hooks.example.com${href}"`);
    }
    expect(body({ payload: 'thin' })).toContain(`"href":"${href}"`);
  });
});
