/**
 * `posthorn listen`: a temporary endpoint whose requests come to this machine, because this program fetches them; no tunnel and
 * no public address. What the local server answers is what Posthorn records.
 *
 *   open ─▶ poll ─▶ forward (many at a time) ─▶ answer
 *    ▲        └▶ the listener is gone (the machine slept): open another
 *    └── Ctrl-C: close
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiRefusal, clockTime, reasonOf, UsageError } from './api.js';
import type { Invocation } from './invocation.js';
import { forward, type ForwardedRequest, type LocalAnswer } from './forward.js';

interface Listener {
  id: string;
  endpointId: string;
  secret: string;
}

const WAIT_SECONDS = 20;
/** Posthorn restarts, or the network is away. */
const RETRY_AFTER_MS = 2_000;

export async function listen(invocation: Invocation): Promise<number> {
  const { api, given, words, print, signal } = invocation;
  const target = given['forward-to'];
  if (target === undefined || !URL.canParse(target) || words.length > 0) {
    throw new UsageError('Say where to: --forward-to http://localhost:3000/hook');
  }
  const listeners = `/v1/tenants/${await api.tenant(given['tenant'])}/listeners`;
  const eventTypes = given['event-types']?.split(',').map((type) => type.trim());
  const forwarding = new Set<Promise<void>>();

  const open = async (): Promise<Listener> => {
    const opened = await api.call<Listener>('POST', listeners, { ...(eventTypes && { eventTypes }) });
    print(`Forwarding ${eventTypes?.join(', ') ?? 'everything'} to ${target} (${opened.endpointId})`);
    print(`Signed with ${opened.secret}`);
    return opened;
  };

  let listener = await open();
  while (!signal.aborted) {
    try {
      const { data } = await api.call<{ data: ForwardedRequest[] }>(
        'POST',
        `${listeners}/${listener.id}/poll`,
        { waitSeconds: WAIT_SECONDS },
        { signal },
      );
      for (const request of data) {
        const task: Promise<void> = forwardOne(
          invocation,
          `${listeners}/${listener.id}`,
          target,
          request,
        ).finally(() => forwarding.delete(task));
        forwarding.add(task);
      }
    } catch (error) {
      if (signal.aborted) break;
      if (error instanceof ApiRefusal && error.code === 'listener_not_found') listener = await open();
      else if (error instanceof ApiRefusal && error.status < 500 && error.status !== 429) throw error;
      else {
        print(`${clockTime()}  No answer (${reasonOf(error as Error)}); trying again`);
        await sleep(RETRY_AFTER_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
  await Promise.all(forwarding);
  await api.call('DELETE', `${listeners}/${listener.id}`);
  print('Closed.');
  return 0;
}

async function forwardOne(
  { api, print }: Invocation,
  listener: string,
  target: string,
  request: ForwardedRequest,
): Promise<void> {
  const answer = await forward(target, request);
  print(`${clockTime()}  ${titleOf(request)} → ${resultOf(answer)} in ${answer.durationMs} ms`);
  try {
    await api.call('POST', `${listener}/requests/${request.id}/answer`, answer);
  } catch (error) {
    // The attempt times out there, and is tried again.
    print(`${clockTime()}  The answer could not be told: ${reasonOf(error as Error)}`);
  }
}

function titleOf({ headers, body }: ForwardedRequest): string {
  const id = headers['webhook-id'] ?? '';
  try {
    const { type } = JSON.parse(body) as { type?: unknown };
    return typeof type === 'string' ? `${id} ${type}` : id;
  } catch {
    return id;
  }
}

function resultOf(answer: LocalAnswer): string {
  return 'error' in answer ? `${answer.error} (${answer.message})` : String(answer.statusCode);
}
