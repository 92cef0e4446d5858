/**
 * Speaks with the API for whoever is signed in: staff by the session's cookie, a customer by the portal's token. The
 * header that goes with everything is what tells our own requests from those that another site makes a browser send.
 */
import { Problem, type FieldProblem } from './problem.js';

export type Query = Record<string, string | number | boolean | undefined>;

export interface Client {
  get<T>(path: string, query?: Query): Promise<T>;
  /** The answer as it came: for what must be shown exactly as it is, such as numbers past 2^53. */
  getText(path: string): Promise<string>;
  send<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
}

interface ProblemBody {
  code?: string;
  title?: string;
  detail?: string;
  errors?: FieldProblem[];
  requestId?: string;
}

/** Longer than the API's own bound on a statement; past it, nobody is listening. */
const TIMEOUT_MS = 20_000;

/** @param token of a portal session; staff have their cookie */
export function createClient(token: string | undefined, onSignedOut: () => void): Client {
  async function request(method: string, path: string, body?: unknown): Promise<string> {
    const response = await fetch(path, {
      method,
      credentials: token === undefined ? 'same-origin' : 'omit',
      headers: {
        'x-posthorn-console': '1',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch(noAnswer);
    // A connection may break in the middle of an answer as well.
    const text = await response.text().catch(noAnswer);
    if (response.ok) return text;
    if (response.status === 401) onSignedOut();
    const isProblem = /json/.test(response.headers.get('content-type') ?? '');
    throw problemFrom(response.status, isProblem ? (JSON.parse(text) as ProblemBody) : {});
  }

  async function parsed<T>(text: Promise<string>): Promise<T> {
    const json = await text;
    return (json === '' ? undefined : JSON.parse(json)) as T;
  }

  return {
    get: (path, query) => parsed(request('GET', path + queryString(query))),
    getText: (path) => request('GET', path),
    send: (method, path, body) => parsed(request(method, path, body)),
  };
}

function noAnswer(error: unknown): never {
  const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
  throw timedOut
    ? new Problem(0, 'timed_out', 'Posthorn did not answer in time. Try again, or ask for less at once.')
    : new Problem(0, 'unreachable', 'Posthorn cannot be reached. Is your network up, and Posthorn running?');
}

function problemFrom(status: number, { code, title, detail, errors, requestId }: ProblemBody): Problem {
  // A proxy before us speaks for itself, in HTML.
  const message = detail ?? title ?? `Posthorn did not answer; something before it did, with ${status}.`;
  return new Problem(status, code ?? 'unknown', message, errors, requestId);
}

function queryString(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}
