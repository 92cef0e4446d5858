/** Says what is wrong with an endpoint, what happens meanwhile, and what to do; nothing when it is well. */
import type { Endpoint } from '../api/types.js';
import { words } from '../deliveries/outcome.js';
import { useNow } from '../kit/useNow.js';
import { fromNow, plural } from '../kit/words.js';
import { disabledReasons, failingWords, probeWords } from './trouble.js';

export function HealthNote({ endpoint }: { endpoint: Endpoint }) {
  const nowMs = useNow();
  const { disabled, disabledReason, disabledAt, circuit } = endpoint;
  const failing = failingWords(circuit.failingSince, nowMs);
  if (disabled) {
    return (
      <div className="note note-wait" role="status">
        <strong>Disabled{disabledAt ? ` ${fromNow(disabledAt, nowMs)}` : ''}.</strong>{' '}
        {disabledReasons[disabledReason ?? 'by_request']} What is owed to it waits, and is sent once it is
        enabled.
      </div>
    );
  }
  if (circuit.state !== 'closed') {
    return (
      <div className="note note-bad" role="status">
        <strong>Paused{circuit.since ? ` ${fromNow(circuit.since, nowMs)}` : ''}:</strong>{' '}
        {words(circuit.reason ?? 'it failed too often')}. {failing}Deliveries wait without using up their
        attempts.{' '}
        {circuit.state === 'half_open'
          ? 'A single one is tried right now.'
          : probeWords(circuit.nextProbeAt, nowMs)}{' '}
        When that succeeds, the rest follows.
      </div>
    );
  }
  if (endpoint.status === 'paused') {
    return (
      <div className="note note-wait" role="status">
        <strong>Paused at its own request:</strong> it answered with <code>Retry-After</code>. Nothing is sent
        until then; each waiting delivery says when its turn is.
      </div>
    );
  }
  if (circuit.consecutiveFailures > 0) {
    return (
      <div className="note note-wait" role="status">
        {failing}
        {plural(circuit.consecutiveFailures, 'failure')} in a row. After ten it is paused and only probed,
        until it works again.
      </div>
    );
  }
  return null;
}
