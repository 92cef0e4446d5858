/** Choosing what to replay: the filter, how many that is, and how fast. Nothing starts before the number was seen. */
import { Button, NumberInput, Switch } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../api/problem.js';
import type { Replay } from '../api/types.js';
import { DeliveryFilters } from '../deliveries/DeliveryFilters.js';
import { filterQuery, isFiltered } from '../deliveries/filter.js';
import { useFace } from '../face/face.js';
import { useGo } from '../face/path.js';
import { useFilters } from '../face/search.js';
import { useSay } from '../kit/Messages.js';
import { duration, plural } from '../kit/words.js';

const RATE_DEFAULT = 50;
const RATE_MAX = 10_000;

export function NewReplay() {
  const { client } = useFace();
  const [filters, change] = useFilters();
  const [ratePerSecond, setRate] = useState(RATE_DEFAULT);
  const go = useGo();
  const say = useSay();
  const missing = filters.missing === '1';
  const request = { filter: filterQuery(filters), ...(missing && { missing: true }) };
  const ready =
    isFiltered(filters) && (!missing || (filters.endpoint !== undefined && filters.after !== undefined));

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

  return (
    <div className="stack">
      <DeliveryFilters filters={filters} onChange={(changes) => change(changes, true)} />
      <Switch
        label="Recover what was missed: events that the endpoint never got, since a time"
        description="For an endpoint that was registered or subscribed too late. Needs an endpoint and a time."
        checked={missing}
        onChange={(event) => change({ missing: event.currentTarget.checked ? '1' : undefined }, true)}
      />
      <NumberInput
        label="At most so many per second"
        description="Receivers that have just recovered do not like a stampede."
        w={240}
        min={1}
        max={RATE_MAX}
        value={ratePerSecond}
        onChange={(value) => setRate(Number(value) || 1)}
      />
      <div className={preview.error ? 'note note-bad' : 'note'} role="status">
        {!ready &&
          (missing
            ? 'Choose an endpoint and a time.'
            : 'Choose at least one filter: replaying everything is hardly ever meant.')}
        {ready && preview.isFetching && 'Counting …'}
        {ready && !preview.isFetching && preview.error && messageOf(preview.error)}
        {ready && !preview.isFetching && count !== undefined && (
          <>
            <strong>{plural(count, 'delivery', 'deliveries')}</strong> will be sent again
            {count > 0 && `, in about ${duration(Math.max(1_000, (count / ratePerSecond) * 1_000))}`}.
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
          {count ? `Replay ${plural(count, 'delivery', 'deliveries')}` : 'Replay'}
        </Button>
      </div>
    </div>
  );
}
