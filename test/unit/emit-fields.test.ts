import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import { readEmitFields } from '../../src/api/events/emit-fields.js';
import { readEmitHeaders } from '../../src/api/events/emit-headers.js';
import { bodyFields } from '../../src/api/deliveries/delivery-mapping.js';
import { PosthornError } from '../../src/errors.js';
import { parseInstant } from '../../src/model/instant.js';

const read = (text: string) => readEmitFields(text, 0, JSON.parse(text));

function refusalOf(work: () => unknown): { code: string; paths: string[] } {
  try {
    work();
  } catch (error) {
    if (error instanceof PosthornError) {
      return { code: error.code, paths: (error.options.errors ?? []).map((problem) => problem.path) };
    }
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('readEmitFields', () => {
  it('takes everything that an event may have, and data as the text that it is', () => {
    const text = `{ "tags" : ["a","ü"], "data": {"n": 9007199254740993 , "n":1e400,"s":"\\ud800"} ,
      "occurredAt":"2026-11-21T09:30:00+01:00","id":"in_1","type":"invoice.paid"}`;
    expect(read(text)).toEqual({
      type: 'invoice.paid',
      data: '{"n": 9007199254740993 , "n":1e400,"s":"\\ud800"}',
      externalId: 'in_1',
      occurredAt: new Date('2026-11-21T08:30:00Z'),
      tags: ['a', 'ü'],
    });
  });

  it.each(['null', '0', '""', 'false', '[]', '{}', '"text"'])('takes %s as data', (data) => {
    expect(read(`{"type":"a","data":${data}}`).data).toBe(data);
  });

  it.each([
    ['no data', '{"type":"a"}', ['data']],
    ['no type', '{"data":1}', ['type']],
    ['nothing', '{}', ['type', 'data']],
    ['a list', '[]', ['']],
    ['null', 'null', ['']],
    ['a type that is a number', '{"type":1,"data":1}', ['type']],
    ['a type with a space', '{"type":"a b","data":1}', ['type']],
    ['a type with an empty word', '{"type":"a..b","data":1}', ['type']],
    ['a type that is too long', `{"type":"${'a'.repeat(129)}","data":1}`, ['type']],
    ['an unknown field', '{"type":"a","data":1,"payload":2}', ['payload']],
    ['__proto__', '{"type":"a","data":1,"__proto__":{"id":"x"}}', ['__proto__']],
    ['an empty id', '{"type":"a","data":1,"id":""}', ['id']],
    ['a null id', '{"type":"a","data":1,"id":null}', ['id']],
    ['an id that is too long', `{"type":"a","data":1,"id":"${'x'.repeat(129)}"}`, ['id']],
    ['an id with NUL', '{"type":"a","data":1,"id":"a\\u0000"}', ['id']],
    ['half a surrogate pair in an id', '{"type":"a","data":1,"id":"\\ud800"}', ['id']],
    [
      'a day that does not exist',
      '{"type":"a","data":1,"occurredAt":"2026-02-30T00:00:00Z"}',
      ['occurredAt'],
    ],
    ['an instant without a zone', '{"type":"a","data":1,"occurredAt":"2026-02-20T00:00:00"}', ['occurredAt']],
    ['an instant as a number', '{"type":"a","data":1,"occurredAt":1700000000}', ['occurredAt']],
    ['a tag that is a number', '{"type":"a","data":1,"tags":[1]}', ['tags']],
    ['tags that are a string', '{"type":"a","data":1,"tags":"a"}', ['tags']],
    ['21 tags', `{"type":"a","data":1,"tags":[${Array(21).fill('"t"').join(',')}]}`, ['tags']],
    ['a tag that is too long', `{"type":"a","data":1,"tags":["${'t'.repeat(65)}"]}`, ['tags']],
  ])('refuses %s', (_, text, paths) => {
    expect(refusalOf(() => read(text))).toEqual({ code: 'validation_failed', paths });
  });

  it('refuses a member that stands twice', () => {
    expect(refusalOf(() => read('{"type":"a","data":1,"d\\u0061ta":2}')).code).toBe('malformed_json');
  });
});

describe('readEmitHeaders', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  it('takes a key, hops and a trace', () => {
    const headers = { 'idempotency-key': 'k 1', 'posthorn-hops': '8', traceparent };
    expect(readEmitHeaders(headers)).toEqual({ idempotencyKey: 'k 1', hops: 8, traceparent });
  });

  it.each([
    traceparent.toUpperCase(),
    traceparent.replace('00-', 'ff-'),
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    'x',
    '',
  ])('ignores the malformed trace %s', (malformed) => {
    expect(readEmitHeaders({ traceparent: malformed })).toEqual({});
  });

  it.each(['', 'ü', 'x'.repeat(256), 'a\tb'])('refuses the key %j', (key) => {
    expect(refusalOf(() => readEmitHeaders({ 'idempotency-key': key })).paths).toEqual(['Idempotency-Key']);
  });

  it.each(['-1', '1.5', 'many', '', '99999'])('refuses %j hops', (hops) => {
    expect(refusalOf(() => readEmitHeaders({ 'posthorn-hops': hops })).paths).toEqual(['posthorn-hops']);
  });

  it('refuses a chain of nine', () => {
    expect(refusalOf(() => readEmitHeaders({ 'posthorn-hops': '9' })).code).toBe('loop_detected');
  });
});

describe('parseInstant', () => {
  it.each(['2024-02-29T23:59:59.123456789Z', '2026-11-21T09:30Z', '2026-11-21T09:30:00-11:30'])(
    'takes %s',
    (text) => {
      expect(parseInstant(text)).toEqual(new Date(text));
    },
  );

  it.each([
    '2023-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-01-01',
    'now',
    '-1',
    '',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});

describe('bodyFields', () => {
  it('gives text as text', () => {
    expect(bodyFields(Buffer.from('grün'), false)).toEqual({
      responseBody: 'grün',
      responseBodyBase64: null,
    });
  });

  it.each([
    ['bytes that are not UTF-8', Buffer.from([0x61, 0xff, 0x62]), 'a\ufffdb'],
    ['NUL', Buffer.from('a\0b'), 'a\0b'],
  ])('gives %s as bytes besides', (_, body, text) => {
    expect(bodyFields(body, false)).toEqual({
      responseBody: text,
      responseBodyBase64: body.toString('base64'),
    });
  });

  it('leaves out the character that a truncated body was cut in', () => {
    const whole = Buffer.from('ab€');
    expect(bodyFields(whole.subarray(0, 4), true)).toEqual({ responseBody: 'ab', responseBodyBase64: null });
    expect(bodyFields(whole.subarray(0, 4), false).responseBodyBase64).not.toBeNull();
  });

  it('tells an empty body from none', () => {
    expect(bodyFields(Buffer.alloc(0), true).responseBody).toBe('');
    expect(bodyFields(null, false).responseBody).toBeNull();
  });
});
