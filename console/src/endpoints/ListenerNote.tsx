/** Says of an endpoint that it is only somebody's listener, whose, and whether that somebody is still there. */
import { useList } from '../api/list.js';
import type { Endpoint, Listener } from '../api/types.js';
import { Moment } from '../kit/Moment.js';
import { Author } from '../face/Author.js';

export function ListenerNote({ endpoint }: { endpoint: Endpoint }) {
  const { rows } = useList<Listener>(`/v1/tenants/${endpoint.tenantId}/listeners`, {}, { live: true });
  const listener = rows.find(({ endpointId }) => endpointId === endpoint.id);
  return (
    <div className="note note-wait" role="note">
      <strong>Temporary:</strong> <code>posthorn listen</code> fetches what is sent here, and it ends with
      that program.
      {listener && (
        <>
          {' '}
          Opened by {listener.createdBy ? <Author id={listener.createdBy} /> : 'somebody'}, last seen{' '}
          <Moment at={listener.lastSeenAt} as="relative" />.
        </>
      )}
    </div>
  );
}
