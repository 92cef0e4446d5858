/** A delivery's life from top to bottom: made, each attempt, and what comes next. */
import { Button } from '@mantine/core';
import type { List } from '../api/list.js';
import type { Attempt, DeliveryDetails, Endpoint } from '../api/types.js';
import { Moment } from '../kit/Moment.js';
import { useNow } from '../kit/useNow.js';
import { Failure, Loading } from '../kit/States.js';
import { AttemptEntry } from './AttemptEntry.js';
import { nextStep, type EventTimes } from './next-step.js';

interface Props {
  delivery: DeliveryDetails;
  endpoint: Endpoint | undefined;
  times: EventTimes;
  attempts: List<Attempt>;
}

export function Timeline({ delivery, endpoint, times, attempts }: Props) {
  const nowMs = useNow();
  if (attempts.isLoading) return <Loading lines={3} />;
  if (attempts.error) return <Failure error={attempts.error} retry={attempts.retry} />;
  const inOrder = [...attempts.rows].sort((one, other) => one.attemptNumber - other.attemptNumber);
  const last = inOrder.at(-1);
  const next = nextStep(delivery, endpoint, times, nowMs);
  return (
    <>
      {attempts.hasMore && (
        <div style={{ marginBottom: 10 }}>
          <Button variant="default" onClick={attempts.more}>
            Show earlier attempts
          </Button>
        </div>
      )}
      <ol className="timeline">
        {!attempts.hasMore && (
          <li>
            <span className="attempt-name">Accepted</span>{' '}
            <span className="dim">
              <Moment at={delivery.createdAt} as="full" />
            </span>
          </li>
        )}
        {inOrder.map((attempt) => (
          <AttemptEntry key={attempt.id} attempt={attempt} opened={attempt === last} />
        ))}
        <li className={`tone-${next.tone}${next.tone === 'wait' ? '' : ' solid'}`}>
          <span className="attempt-name">{next.title}</span>
          {next.more && <div className="dim">{next.more}</div>}
        </li>
      </ol>
    </>
  );
}
