/** One replay, while it runs and afterwards. */
import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Replay } from '../api/types.js';
import { useFace } from '../face/face.js';
import { usePathPart } from '../face/path.js';
import { AppLink } from '../kit/AppLink.js';
import { Confirm } from '../kit/Confirm.js';
import { Identifier } from '../kit/Identifier.js';
import { useSay } from '../kit/Messages.js';
import { Moment } from '../kit/Moment.js';
import { Facts, Page, Panel } from '../kit/Page.js';
import { Failure, Loading } from '../kit/States.js';
import { StatusOf } from '../kit/Status.js';
import { useNow } from '../kit/useNow.js';
import { duration, inFull } from '../kit/words.js';
import { Author } from './Author.js';
import { FilterWords } from './FilterWords.js';
import { Progress } from './Progress.js';

const LIVE_MS = 1_000;
/** What it sent goes on being retried after it has ended; a while later, nobody is watching any more. */
const WATCHED_AFTER_MS = 600_000;

export default function ReplayPage() {
  const id = usePathPart('replay');
  const { client, can } = useFace();
  const say = useSay();
  const [asking, setAsking] = useState(false);
  const replay = useQuery({
    queryKey: ['replay', id],
    queryFn: () => client.get<Replay>(`/v1/replays/${id}`),
    refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? LIVE_MS : false),
  });
  const cancel = useMutation({
    mutationFn: () => client.send<Replay>('POST', `/v1/replays/${id}/cancel`),
    onSuccess: () => replay.refetch(),
    onError: say.failed,
    onSettled: () => setAsking(false),
  });
  if (replay.isPending) return <Loading />;
  if (replay.error) return <Failure error={replay.error} retry={() => void replay.refetch()} />;
  const { data } = replay;
  return (
    <Page
      title="Replay"
      back={<AppLink to="/replays">Replays</AppLink>}
      heading={
        <span className="row" style={{ gap: 12 }}>
          Replay <StatusOf status={data.status} />
        </span>
      }
      about={<FilterWords filter={data.filter} missing={data.missing} />}
      actions={
        <>
          <AppLink to="/deliveries" search={searchOf(data)}>
            <Button variant="default" component="span">
              Show its filter’s deliveries
            </Button>
          </AppLink>
          {can.replay && data.status === 'running' && (
            <Button color="red" variant="light" onClick={() => setAsking(true)}>
              Cancel replay
            </Button>
          )}
        </>
      }
    >
      <Panel>
        <div className="stack">
          <Progress replay={data} />
          <Counts replay={data} />
          {data.error && <div className="note note-bad">{data.error}</div>}
        </div>
      </Panel>
      <Panel title="Details">
        <Facts
          facts={[
            ['Replay', <Identifier id={data.id} />],
            ['Run by', <Author id={data.createdBy} />],
            ['Started', <Moment at={data.createdAt} as="full" />],
            ['Ended', <Moment at={data.completedAt} as="full" never="not yet" />],
            ['Rate', `${inFull(data.ratePerSecond)} per second at most`],
          ]}
        />
      </Panel>
      <Confirm
        opened={asking}
        title="Cancel this replay?"
        act="Cancel replay"
        busy={cancel.isPending}
        onAct={() => cancel.mutate()}
        onClose={() => setAsking(false)}
      >
        What it has sent again already stays sent; the rest is left as it is.
      </Confirm>
    </Page>
  );
}

function Counts({ replay }: { replay: Replay }) {
  const nowMs = useNow();
  return (
    <div className="row" style={{ gap: 20 }} role="status">
      <span className="numeric">
        <strong>{inFull(replay.replayed)}</strong> of {inFull(replay.total)} sent again
      </span>
      <span className="status-ok numeric">{inFull(replay.succeeded)} succeeded</span>
      <span className={replay.failed > 0 ? 'status-bad numeric' : 'dim numeric'}>
        {inFull(replay.failed)} failed
      </span>
      <span className="dim numeric">
        {inFull(Math.max(0, replay.replayed - replay.succeeded - replay.failed))} under way
      </span>
      {replay.status === 'running' && <span className="dim">{timeLeft(replay, nowMs)}</span>}
    </div>
  );
}

function timeLeft(replay: Replay, nowMs: number): string {
  const tookMs = nowMs - new Date(replay.createdAt).getTime();
  if (replay.replayed === 0 || tookMs < 1_000) return 'starting';
  const leftMs = ((replay.total - replay.replayed) / replay.replayed) * tookMs;
  return `about ${duration(Math.max(1_000, leftMs))} left`;
}

function isMoving({ status, completedAt, replayed, succeeded, failed }: Replay): boolean {
  if (status === 'running') return true;
  const endedMs = completedAt === null ? 0 : new Date(completedAt).getTime();
  return replayed > succeeded + failed && Date.now() - endedMs < WATCHED_AFTER_MS;
}

function searchOf({ filter }: Replay): Record<string, string> {
  const { status: _status, ...rest } = filter;
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => typeof value === 'string'));
}
