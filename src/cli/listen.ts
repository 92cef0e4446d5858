/**
 * `posthorn listen`: a temporary endpoint whose requests come to this machine, because this program fetches them; no tunnel and
 * no public address. What the local server answers is what Posthorn records.
 *
 *   open ─▶ poll ─▶ forward (many at a time) ─▶ answer
 *    ▲        └▶ the listener is gone (the machine slept): open another
 *    └── Ctrl-C: close
 *
 * Once it has been opened it goes on until Ctrl-C (patience.ts).
 */
import { ApiRefusal, clockTime, reasonOf, UsageError } from './api.js';
import type { Invocation } from './invocation.js';
import { pause, Patience } from './patience.js';
import { forward, type ForwardedRequest, type LocalAnswer } from './forward.js';

interface Listener {
  id: string;
  endpointId: string;
  secret: string;
}

const WAIT_SECONDS = 20;
/** Polls that are answered with nothing at once (Posthorn is about to stop) are not to follow each other faster. */
const POLL_PACE_MS = 500;

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
    const wanted = { ...(eventTypes && { eventTypes }) };
    const opened = await api.call<Listener>('POST', listeners, wanted, { signal });
    print(`Forwarding ${eventTypes?.join(', ') ?? 'everything'} to ${target} (${opened.endpointId})`);
    print(`Signed with ${opened.secret}`);
    return opened;
  };

  const poll = async (path: string): Promise<void> => {
    const { data } = await api.call<{ data: ForwardedRequest[] }>(
      'POST',
      `${path}/poll`,
      { waitSeconds: WAIT_SECONDS },
      { signal },
    );
    for (const request of data) {
      const task: Promise<void> = forwardOne(invocation, path, target, request).finally(() =>
        forwarding.delete(task),
      );
      forwarding.add(task);
    }
    if (data.length === 0) await pause(POLL_PACE_MS, signal);
  };

  let listener: Listener | undefined = await open();
  const patience = new Patience(invocation);
  while (!signal.aborted) {
    try {
      listener ??= await open();
      await poll(`${listeners}/${listener.id}`);
      patience.answered();
    } catch (error) {
      if (error instanceof ApiRefusal && error.code === 'listener_not_found') listener = undefined;
      else await patience.after(error);
    }
  }
  await Promise.all(forwarding);
  if (listener !== undefined) await close(invocation, `${listeners}/${listener.id}`);
  return 0;
}

async function close({ api, print }: Invocation, path: string): Promise<void> {
  try {
    await api.call('DELETE', path);
    print('Closed.');
  } catch (error) {
    print(`It could not be closed (${reasonOf(error as Error)}), and ends by itself in a minute or two.`);
  }
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
