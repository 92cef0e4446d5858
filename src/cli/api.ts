/**
 * How the commands of a developer speak to a running Posthorn: POSTHORN_URL and POSTHORN_API_KEY, or --url and --api-key.
 *
 * Plain HTTP and not @posthorn/sdk: that is generated from what this very program says of its API, and a build that needs
 * its own result is one that nobody can change.
 */
import { USER_AGENT } from '../version.js';

export interface ApiOptions {
  url: string;
  /** A key, or the token of a portal session. */
  apiKey: string;
}

/** A mistake in the command line; the sentence says which. */
export class UsageError extends Error {}

/** Posthorn said no. */
export class ApiRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Longer than a poll may wait. */
const TIMEOUT_MS = 45_000;
const URL_DEFAULT = 'http://localhost:8070';

/** @throws UsageError */
export function apiOf(given: Record<string, string | undefined>, env: NodeJS.ProcessEnv): Api {
  const url = given['url'] ?? env.POSTHORN_URL ?? URL_DEFAULT;
  const apiKey = given['api-key'] ?? env.POSTHORN_API_KEY;
  if (!URL.canParse(url)) throw new UsageError(`${url} is no URL: set POSTHORN_URL, or give --url.`);
  if (apiKey === undefined) throw new UsageError('Set POSTHORN_API_KEY, or give --api-key.');
  return new Api({ url: url.replace(/\/+$/, ''), apiKey });
}

export class Api {
  constructor(private readonly options: ApiOptions) {}

  get url(): string {
    return this.options.url;
  }

  /**
   * @param body JSON text is sent as it is, anything else as JSON
   * @throws ApiRefusal; or what `fetch` throws when nobody answers
   */
  async call<T>(
    method: string,
    path: string,
    body?: string | object,
    { headers, signal }: { headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<T> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(this.options.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.options.apiKey}`,
        'user-agent': USER_AGENT,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'error',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const text = await response.text();
    if (!response.ok) throw refusalOf(response.status, text);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** The one that was named; otherwise the one that a portal's token is for. @throws UsageError */
  async tenant(named: string | undefined): Promise<string> {
    if (named !== undefined) return encodeURIComponent(named);
    try {
      return (await this.call<{ tenant: { id: string } }>('GET', '/v1/portal/session')).tenant.id;
    } catch (error) {
      if (error instanceof ApiRefusal && error.status === 403) {
        throw new UsageError('Which tenant? Give --tenant, by its id or externalId.');
      }
      throw error;
    }
  }
}

function refusalOf(status: number, text: string): ApiRefusal {
  try {
    const { code, title, detail } = JSON.parse(text) as { code: string; title: string; detail?: string };
    return new ApiRefusal(status, code, detail ?? title);
  } catch {
    return new ApiRefusal(status, 'unexpected_answer', `Answered ${status}, and not as Posthorn does.`);
  }
}

/** What `fetch failed` was caused by. */
export function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message;
}

/** `HH:MM:SS`, by this machine's clock: what a person compares with its own logs. */
export function clockTime(at = new Date()): string {
  return at.toTimeString().slice(0, 8);
}
