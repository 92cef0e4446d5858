/** Who of a tenant's developers listens right now, and how to: `posthorn listen` makes an endpoint for as long as it runs. */
import { Laptop } from 'lucide-react';
import { useList } from '../api/list.js';
import type { Listener } from '../api/types.js';
import { useFace } from '../face/face.js';
import { CodeBlock } from '../kit/Json.js';
import { ListTable, type Column } from '../kit/ListTable.js';
import { Moment } from '../kit/Moment.js';
import { Panel } from '../kit/Page.js';
import { Empty } from '../kit/States.js';
import { Author } from '../face/Author.js';
import { EventTypeTags } from './EventTypeTags.js';
import { listenCommand } from './listener.js';

const columns: Column<Listener>[] = [
  { head: 'Opened by', cell: ({ createdBy }) => (createdBy ? <Author id={createdBy} /> : 'somebody') },
  { head: 'Opened', cell: ({ createdAt }) => <Moment at={createdAt} as="relative" /> },
  { head: 'Last seen', cell: ({ lastSeenAt }) => <Moment at={lastSeenAt} as="relative" /> },
  { head: 'Event types', cell: ({ eventTypes }) => <EventTypeTags types={eventTypes} />, minor: true },
];

interface Props {
  tenantId: string;
  /** Of the command that is shown; `key` goes with it when it is copied, and is not shown. */
  command: { tenant?: string; key?: string | undefined };
}

export function ListenersPanel({ tenantId, command: { tenant, key } }: Props) {
  const { can, endpointPath } = useFace();
  const list = useList<Listener>(`/v1/tenants/${tenantId}/listeners`, {}, { live: true });
  const command = (shown: string) => listenCommand(window.location.origin, shown, tenant);
  return (
    <Panel title="Listeners" flush>
      <ListTable
        label="Listeners"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        linkOf={({ endpointId }) => endpointPath(tenantId, endpointId)}
        empty={
          <Empty icon={Laptop} title="Nobody listens">
            A listener is a temporary endpoint on a developer’s own machine, without a tunnel.
          </Empty>
        }
      />
      {can.manage && (
        <div className="panel-body stack-tight">
          <span className="dim">To write a receiver, have what is sent here forwarded to it:</span>
          <CodeBlock text={command('…')} copied={command(key ?? '…')} label="command" />
        </div>
      )}
    </Panel>
  );
}
