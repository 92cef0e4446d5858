import { describe, expect, it } from 'vitest';
import { EndpointNews, type EndpointState } from '../../src/intake/endpoint-news.js';
import type { FailedDelivery } from '../../src/model/operational-event.js';

const failing: EndpointState = { kind: 'failing', reason: 'down', failingSince: null, disabledAt: null };
const recovered: EndpointState = { kind: 'recovered', reason: 'up' };

const failed = (deliveryId: string, endpointId = 'a'): FailedDelivery => ({
  deliveryId,
  eventId: 'event',
  eventType: 'invoice.paid',
  endpointId,
  test: false,
  attemptCount: 1,
  statusCode: 500,
  errorCode: 'http_server_error',
});

describe('news about endpoints', () => {
  it('are told once, and then nothing for a while', () => {
    const news = new EndpointNews(1_000);
    news.addState('a', failing, 0);
    expect(news.take(10, 10)).toMatchObject([{ topic: 'state', endpointId: 'a', state: failing }]);
    news.addState('a', recovered, 20);
    expect(news.take(30, 10)).toEqual([]);
    expect(news.take(1_010, 10)).toMatchObject([{ state: recovered }]);
  });

  it('of a state that went to and fro are no news', () => {
    const news = new EndpointNews(1_000);
    news.addState('a', failing, 0);
    news.take(0, 10);
    news.addState('a', recovered, 100);
    news.addState('a', failing, 200);
    expect(news.take(2_000, 10)).toEqual([]);
  });

  it('of failed deliveries are their number and the first twenty', () => {
    const news = new EndpointNews(1_000);
    for (let index = 0; index < 1_000; index++) news.addFailed(failed(String(index)), index);
    const [told] = news.take(2_000, 10);
    expect(told).toMatchObject({ topic: 'failed', count: 1_000, since: 0 });
    expect(told!.topic === 'failed' && told!.first.map((delivery) => delivery.deliveryId)).toEqual(
      Array.from({ length: 20 }, (_, index) => String(index)),
    );
  });

  it('of one topic do not hold up the other', () => {
    const news = new EndpointNews(1_000);
    news.addFailed(failed('1'), 0);
    news.take(0, 10);
    news.addState('a', failing, 10);
    expect(news.take(20, 10)).toMatchObject([{ topic: 'state' }]);
  });

  it('that could not be told wait behind what has come since', () => {
    const news = new EndpointNews(1_000);
    news.addFailed(failed('1'), 0);
    const [told] = news.take(0, 10);
    news.addFailed(failed('2'), 10);
    news.putBack(told!);
    expect(news.take(2_000, 10)).toMatchObject([
      { count: 2, since: 0, first: [{ deliveryId: '1' }, { deliveryId: '2' }] },
    ]);
    news.addState('b', failing, 0);
    const [state] = news.take(3_000, 10);
    news.putBack(state!);
    expect(news.take(5_000, 10)).toMatchObject([{ state: failing }]);
  });

  it('are bounded: what is too much is counted, and forgotten when it is told', () => {
    const news = new EndpointNews(1_000);
    for (let index = 0; index < 20_500; index++) news.addState(`e${index}`, failing, 0);
    expect(news.dropped).toBe(500);
    expect(news.take(0, 100)).toHaveLength(100);
    news.take(0, Infinity);
    news.take(2_000, Infinity);
    expect(news.isEmpty).toBe(true);
  });
});
