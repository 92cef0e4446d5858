/** Choosing what to replay: the filter, how many that is, and how fast. Nothing starts before the number was seen. */
import { Button, NumberInput, SegmentedControl } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../api/problem.js';
import type { Replay } from '../api/types.js';
import { DeliveryFilters } from '../deliveries/DeliveryFilters.js';
import { filterQuery, isFiltered } from '../deliveries/filter.js';
import { useFace } from '../face/face.js';
import { useGo } from '../face/path.js';
import { useFilters } from '../face/search.js';
import { Announced } from '../kit/Announced.js';
import { useSay } from '../kit/Messages.js';
import { duration, plural } from '../kit/words.js';

const RATE_DEFAULT = 50;
const RATE_MAX = 10_000;

/** An event that was never delivered has no outcome to be found by. */
const NO_OUTCOME = { status: undefined, statusCode: undefined, errorCode: undefined };

export function NewReplay() {
  const { client } = useFace();
  const [filters, change] = useFilters();
  const [ratePerSecond, setRate] = useState(RATE_DEFAULT);
  const go = useGo();
  const say = useSay();
  const missing = filters.missing === '1';
  const asked = missing ? { ...filters, ...NO_OUTCOME } : filters;
  const request = { filter: filterQuery(asked), ...(missing && { missing: true }) };
  const ready =
    isFiltered(asked) && (!missing || (asked.endpoint !== undefined && asked.after !== undefined));

  const preview = useQuery({
    queryKey: ['replay-preview', request],
    queryFn: () => client.send<{ count: number }>('POST', '/v1/replays', { ...request, dryRun: true }),
    enabled: ready,
    retry: false,
  });
  const start = useMutation({
    mutationFn: () => client.send<Replay>('POST', '/v1/replays', { ...request, ratePerSecond }),
    onSuccess: ({ id }) => go(`/replays/${id}`),
    onError: say.failed,
  });
  const count = preview.data?.count;
  const things = (value: number) =>
    missing ? plural(value, 'event') : plural(value, 'delivery', 'deliveries');
  /** Without the time that it takes, which changes with every digit of the rate. */
  const outcome = (): string => {
    if (!ready) {
      return missing
        ? 'Choose an endpoint and a time.'
        : 'Choose at least one filter: replaying everything is hardly ever meant.';
    }
    if (preview.error) return messageOf(preview.error);
    if (count === undefined) return '';
    if (count > 0) return `${things(count)} will be ${missing ? 'delivered' : 'sent again'}.`;
    return missing ? 'Nothing is missing: it got all that it asked for.' : 'Nothing fits this filter.';
  };

  return (
    <div className="stack">
      <SegmentedControl
        aria-label="What to replay"
        data={[
          { value: 'again', label: 'Send again' },
          { value: 'missing', label: 'Recover what was missed' },
        ]}
        value={missing ? 'missing' : 'again'}
        onChange={(value) =>
          change(value === 'missing' ? { missing: '1', ...NO_OUTCOME } : { missing: undefined }, true)
        }
      />
      <div className="dim">
        {missing
          ? 'Events that an endpoint never got, because it was registered or subscribed too late, or filtered them out: choose the endpoint, and since when.'
          : 'Deliveries that fit the filter go out once more, with the same webhook-id.'}
      </div>
      <DeliveryFilters filters={filters} onChange={(changes) => change(changes, true)} ofEvents={missing} />
      <NumberInput
        label="At most so many per second"
        description="Receivers that have just recovered do not like a stampede."
        styles={{ wrapper: { width: 140 } }}
        min={1}
        max={RATE_MAX}
        value={ratePerSecond}
        onChange={(value) => setRate(Number(value) || 1)}
      />
      <Announced>{preview.isFetching ? 'Counting …' : outcome()}</Announced>
      <div className={preview.error ? 'note note-bad' : 'note'}>
        {!ready && outcome()}
        {ready && preview.isFetching && 'Counting …'}
        {ready && !preview.isFetching && !count && outcome()}
        {ready && !preview.isFetching && count !== undefined && count > 0 && (
          <>
            <strong>{things(count)}</strong> will be {missing ? 'delivered' : 'sent again'}, in about{' '}
            {duration(Math.max(1_000, (count / ratePerSecond) * 1_000))}.
            {!missing && filters.status === undefined && ' Those that are pending are left alone.'}
          </>
        )}
      </div>
      <div className="row-end">
        <Button
          disabled={!ready || !count || preview.isFetching}
          loading={start.isPending}
          onClick={() => start.mutate()}
        >
          {count ? `${missing ? 'Deliver' : 'Replay'} ${things(count)}` : missing ? 'Deliver' : 'Replay'}
        </Button>
      </div>
    </div>
  );
}
