/**
 * The typed way to every route of openapi.yaml (openapi-fetch over the generated schema.ts), with the retries in it, and
 * refusals thrown instead of returned: the resources say what they call, and nothing else.
 */
import createClient, { type Client } from 'openapi-fetch';
import { RefusedError } from './errors.js';
import { retryAfterMs, retryingFetch, type RetryOptions } from './retrying-fetch.js';
import type { components, paths } from './schema.js';

export type Http = Client<paths>;
/** The API's shapes by their names there: `Schemas['DeliveryAnswer']`. */
export type Schemas = components['schemas'];

export interface HttpOptions {
  url: string;
  apiKey: string;
  retry: RetryOptions;
}

export function createHttp({ url, apiKey, retry }: HttpOptions): Http {
  return createClient<paths>({
    baseUrl: url.replace(/\/+$/, ''),
    headers: { authorization: `Bearer ${apiKey}` },
    fetch: retryingFetch(retry),
    redirect: 'error', // an API key is for the server that it was given to
  });
}

/** @throws RefusedError */
export async function answerOf<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw new RefusedError(response, error, retryAfterMs(response));
  return data as T;
}
