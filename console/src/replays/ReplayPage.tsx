/** One replay, while it runs and afterwards. */
import { Button } from '@mantine/core';
import type { Replay } from '../api/types.js';
import { Author } from '../face/Author.js';
import { milestone, timeLeft, type Work } from '../background/progress-words.js';
import { useBackgroundWork } from '../background/useBackgroundWork.js';
import { useFace } from '../face/face.js';
import { usePathPart } from '../face/path.js';
import { Announced } from '../kit/Announced.js';
import { Answered } from '../kit/Answered.js';
import { AppLink } from '../kit/AppLink.js';
import { Confirm } from '../kit/Confirm.js';
import { Identifier } from '../kit/Identifier.js';
import { Moment } from '../kit/Moment.js';
import { Facts, Page, Panel } from '../kit/Page.js';
import { ProgressBar } from '../kit/ProgressBar.js';
import { StatusOf } from '../kit/Status.js';
import { useNow } from '../kit/useNow.js';
import { inFull } from '../kit/words.js';
import { FilterWords } from './FilterWords.js';
import { replayProgress, underWay } from './progress.js';

/** What it sent goes on being retried after it has ended; a while later, nobody is watching any more. */
const WATCHED_AFTER_MS = 600_000;

export default function ReplayPage() {
  const { query, ask, confirm } = useBackgroundWork<Replay>('replays', usePathPart('replay'), isMoving);
  return (
    <Answered query={query} back={<AppLink to="/replays">Replays</AppLink>}>
      {(replay) => <Story replay={replay} onCancel={ask} confirm={confirm} />}
    </Answered>
  );
}

interface StoryProps {
  replay: Replay;
  onCancel: () => void;
  confirm: ReturnType<typeof useBackgroundWork>['confirm'];
}

function Story({ replay: data, onCancel, confirm }: StoryProps) {
  const { can } = useFace();
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
            <Button color="red" variant="light" onClick={onCancel}>
              Cancel replay
            </Button>
          )}
        </>
      }
    >
      <Panel>
        <div className="stack">
          <ProgressBar {...replayProgress(data)} />
          <Counts replay={data} />
          <Announced>{milestone('Replay', workOf(data))}</Announced>
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
      <Confirm {...confirm} title="Cancel this replay?" act="Cancel replay">
        What it has sent again already stays sent; the rest is left as it is.
      </Confirm>
    </Page>
  );
}

function Counts({ replay }: { replay: Replay }) {
  const nowMs = useNow();
  return (
    <div className="row" style={{ gap: 20 }}>
      <span className="numeric">
        <strong>{inFull(replay.replayed)}</strong> of {inFull(replay.total)} sent again
      </span>
      <span className="status-ok numeric">{inFull(replay.succeeded)} succeeded</span>
      <span className={replay.failed > 0 ? 'status-bad numeric' : 'dim numeric'}>
        {inFull(replay.failed)} failed
      </span>
      <span className="dim numeric">{inFull(underWay(replay))} under way</span>
      {replay.status === 'running' && <span className="dim">{timeLeft(workOf(replay), nowMs)}</span>}
    </div>
  );
}

function workOf({ status, total, replayed, createdAt }: Replay): Work {
  return { status, total, done: replayed, createdAt };
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
