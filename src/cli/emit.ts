/** `posthorn emit`: one event, its data as the text that was given, byte for byte. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { UsageError } from './api.js';
import type { Invocation } from './invocation.js';

export async function emit({ api, given, words, print }: Invocation): Promise<number> {
  const [type, ...more] = words;
  if (type === undefined || more.length > 0)
    throw new UsageError('Name one event type, such as invoice.paid.');
  const data = await readData(given['data'] ?? '{}');
  const id = given['id'] === undefined ? '' : `,"id":${JSON.stringify(given['id'])}`;
  const tenant = await api.tenant(given['tenant']);
  const event = await api.call<{ id: string; deliveries: number; message?: string }>(
    'POST',
    `/v1/tenants/${tenant}/events`,
    `{"type":${JSON.stringify(type)},"data":${data}${id}}`,
    // Of an event with an id of its own, a repetition is meant to be known as one.
    id === '' ? { headers: { 'idempotency-key': randomUUID() } } : {},
  );
  print(event.message ?? `${event.id} is owed to ${event.deliveries} endpoint(s).`);
  return 0;
}

async function readData(given: string): Promise<string> {
  const text = given.startsWith('@') ? await readGivenFile(given.slice(1)) : given;
  try {
    JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--data is not JSON: ${(error as Error).message}.`);
  }
  return text;
}

async function readGivenFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}.`);
  }
}
