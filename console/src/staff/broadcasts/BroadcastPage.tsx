/** One broadcast, while it runs and afterwards. */
import { Button } from '@mantine/core';
import type { Broadcast } from '../../api/types.js';
import { Author } from '../../face/Author.js';
import { milestone, timeLeft, type Work } from '../../background/progress-words.js';
import { useBackgroundWork } from '../../background/useBackgroundWork.js';
import { useFace } from '../../face/face.js';
import { usePathPart } from '../../face/path.js';
import { Announced } from '../../kit/Announced.js';
import { Answered } from '../../kit/Answered.js';
import { AppLink } from '../../kit/AppLink.js';
import { Confirm } from '../../kit/Confirm.js';
import { Identifier } from '../../kit/Identifier.js';
import { Moment } from '../../kit/Moment.js';
import { Facts, Page, Panel } from '../../kit/Page.js';
import { ProgressBar } from '../../kit/ProgressBar.js';
import { StatusOf } from '../../kit/Status.js';
import { useNow } from '../../kit/useNow.js';
import { inFull } from '../../kit/words.js';
import { broadcastProgress } from './progress.js';

export default function BroadcastPage() {
  const { query, ask, confirm } = useBackgroundWork<Broadcast>(
    'broadcasts',
    usePathPart('broadcast'),
    ({ status }) => status === 'running',
  );
  return (
    <Answered query={query} back={<AppLink to="/broadcasts">Broadcasts</AppLink>}>
      {(broadcast) => <Story broadcast={broadcast} onCancel={ask} confirm={confirm} />}
    </Answered>
  );
}

interface StoryProps {
  broadcast: Broadcast;
  onCancel: () => void;
  confirm: ReturnType<typeof useBackgroundWork>['confirm'];
}

function Story({ broadcast: data, onCancel, confirm }: StoryProps) {
  const { can } = useFace();
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
            <Button color="red" variant="light" onClick={onCancel}>
              Cancel broadcast
            </Button>
          )}
        </>
      }
    >
      <Panel>
        <div className="stack">
          <ProgressBar {...broadcastProgress(data)} />
          <Counts broadcast={data} />
          <Announced>{milestone('Broadcast', workOf(data))}</Announced>
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
      <Confirm {...confirm} title="Cancel this broadcast?" act="Cancel broadcast">
        Tenants that have their event keep it, and it is delivered; the others are not told.
      </Confirm>
    </Page>
  );
}

function Counts({ broadcast }: { broadcast: Broadcast }) {
  const { total, emitted, skipped, refused, lastRefusal, status } = broadcast;
  const nowMs = useNow();
  return (
    <div className="row" style={{ gap: 20 }}>
      <span className="numeric">
        <strong>{inFull(emitted)}</strong> of {inFull(total)} tenants have their event
      </span>
      <span className="dim numeric">{inFull(skipped)} had no wish for it</span>
      <span className={refused > 0 ? 'status-bad numeric' : 'dim numeric'}>
        {inFull(refused)} refused{lastRefusal !== null && <> (last: {lastRefusal})</>}
      </span>
      {status === 'running' && <span className="dim">{timeLeft(workOf(broadcast), nowMs)}</span>}
    </div>
  );
}

function workOf({ status, total, emitted, skipped, refused, createdAt }: Broadcast): Work {
  return { status, total, done: emitted + skipped + refused, createdAt };
}
