/** The few figures that say whether one may go back to sleep. */
import type { Overview } from '../../api/types.js';
import { AppLink } from '../../kit/AppLink.js';
import { Figure } from '../../kit/Figure.js';
import { duration, inFull, inShort, share } from '../../kit/words.js';

/** Past this, deliveries are later than anybody expects of a webhook. */
const LAG_BAD_MS = 30_000;
const SUCCESS_BAD = 0.9;

export function Figures({ overview: { deliveries, attempts, backlog } }: { overview: Overview }) {
  const total = deliveries.succeeded + deliveries.failed + deliveries.pending + deliveries.canceled;
  const succeeded = attempts.attempts - attempts.failures;
  const more = backlog.capped ? '+' : '';
  return (
    <section className="panel figures" aria-label="Key figures">
      <Figure name="Deliveries" more={`${inFull(deliveries.pending)} of them pending`}>
        {inShort(total)}
      </Figure>
      <Figure
        name="Attempts succeeded"
        more={`${inFull(attempts.failures)} of ${inFull(attempts.attempts)} failed`}
        bad={attempts.attempts > 0 && succeeded / attempts.attempts < SUCCESS_BAD}
      >
        {share(succeeded, attempts.attempts)}
      </Figure>
      <Figure
        name="Failed for good"
        more={
          <AppLink to="/deliveries" search={{ status: 'failed' }}>
            Show them
          </AppLink>
        }
      >
        {inShort(deliveries.failed)}
      </Figure>
      <Figure
        name="Duration, 95th percentile"
        more={
          attempts.p50Ms === null
            ? 'no attempts'
            : `median ${duration(attempts.p50Ms)}, 99th ${duration(attempts.p99Ms!)}`
        }
      >
        {attempts.p95Ms === null ? '–' : duration(attempts.p95Ms)}
      </Figure>
      <Figure
        name="Backlog"
        more={`${inFull(backlog.due)}${more} past due, ${inFull(backlog.underWay)} under way`}
      >
        {inShort(backlog.waiting)}
        {more}
      </Figure>
      <Figure
        name="Lag"
        more={
          backlog.lagMs === null ? 'all that may be sent is sent' : 'the oldest delivery that may be sent'
        }
        bad={(backlog.lagMs ?? 0) > LAG_BAD_MS}
      >
        {backlog.lagMs === null ? 'none' : duration(Math.max(0, backlog.lagMs))}
      </Figure>
    </section>
  );
}
