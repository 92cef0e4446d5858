/** One broadcast, while it runs and afterwards. */
import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Broadcast } from '../../api/types.js';
import { useFace } from '../../face/face.js';
import { usePathPart } from '../../face/path.js';
import { AppLink } from '../../kit/AppLink.js';
import { Confirm } from '../../kit/Confirm.js';
import { Identifier } from '../../kit/Identifier.js';
import { useSay } from '../../kit/Messages.js';
import { Moment } from '../../kit/Moment.js';
import { Facts, Page, Panel } from '../../kit/Page.js';
import { Failure, Loading } from '../../kit/States.js';
import { StatusOf } from '../../kit/Status.js';
import { inFull } from '../../kit/words.js';
import { Author } from '../../replays/Author.js';
import { Progress } from './Progress.js';

const LIVE_MS = 1_000;

export default function BroadcastPage() {
  const id = usePathPart('broadcast');
  const { client, can } = useFace();
  const say = useSay();
  const [asking, setAsking] = useState(false);
  const broadcast = useQuery({
    queryKey: ['broadcast', id],
    queryFn: () => client.get<Broadcast>(`/v1/broadcasts/${id}`),
    refetchInterval: ({ state }) => (state.data?.status === 'running' ? LIVE_MS : false),
  });
  const cancel = useMutation({
    mutationFn: () => client.send<Broadcast>('POST', `/v1/broadcasts/${id}/cancel`),
    onSuccess: () => broadcast.refetch(),
    onError: say.failed,
    onSettled: () => setAsking(false),
  });
  if (broadcast.isPending) return <Loading />;
  if (broadcast.error) return <Failure error={broadcast.error} retry={() => void broadcast.refetch()} />;
  const { data } = broadcast;
  return (
    <Page
      title={`Broadcast of ${data.type}`}
      back={<AppLink to="/broadcasts">Broadcasts</AppLink>}
      heading={
        <span className="row" style={{ gap: 12 }}>
          <code>{data.type}</code> <StatusOf status={data.status} />
        </span>
      }
      about={data.tenants === 'all' ? 'To everybody who wants it' : `To ${inFull(data.total)} listed tenants`}
      actions={
        <>
          <AppLink to="/deliveries" search={{ eventType: data.type, after: data.createdAt }}>
            <Button variant="default" component="span">
              Show deliveries of this type since
            </Button>
          </AppLink>
          {can.administer && data.status === 'running' && (
            <Button color="red" variant="light" onClick={() => setAsking(true)}>
              Cancel broadcast
            </Button>
          )}
        </>
      }
    >
      <Panel>
        <div className="stack">
          <Progress broadcast={data} />
          <Counts broadcast={data} />
          {data.error && <div className="note note-bad">{data.error}</div>}
        </div>
      </Panel>
      <Panel title="Details">
        <Facts
          facts={[
            ['Broadcast', <Identifier id={data.id} />],
            ['Run by', <Author id={data.createdBy} />],
            ['Started', <Moment at={data.createdAt} as="full" />],
            ['Ended', <Moment at={data.completedAt} as="full" never="not yet" />],
            ['Tags', data.tags.length === 0 ? 'none' : data.tags.join(', ')],
          ]}
        />
      </Panel>
      <Confirm
        opened={asking}
        title="Cancel this broadcast?"
        act="Cancel broadcast"
        busy={cancel.isPending}
        onAct={() => cancel.mutate()}
        onClose={() => setAsking(false)}
      >
        Tenants that have their event keep it, and it is delivered; the others are not told.
      </Confirm>
    </Page>
  );
}

function Counts({ broadcast }: { broadcast: Broadcast }) {
  const { total, emitted, skipped, refused, lastRefusal } = broadcast;
  return (
    <div className="row" style={{ gap: 20 }} role="status">
      <span className="numeric">
        <strong>{inFull(emitted)}</strong> of {inFull(total)} tenants have their event
      </span>
      <span className="dim numeric">{inFull(skipped)} had no wish for it</span>
      <span className={refused > 0 ? 'status-bad numeric' : 'dim numeric'}>
        {inFull(refused)} refused{lastRefusal !== null && <> (last: {lastRefusal})</>}
      </span>
    </div>
  );
}
