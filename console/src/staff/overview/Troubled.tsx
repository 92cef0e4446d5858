/** Endpoints that need somebody, each with the reason in words. */
import type { EndpointOverview } from '../../api/types.js';
import { troubleOf } from '../../endpoints/trouble.js';
import { useFace } from '../../face/face.js';
import { AppLink } from '../../kit/AppLink.js';
import { Panel } from '../../kit/Page.js';
import { Status } from '../../kit/Status.js';
import { useNow } from '../../kit/useNow.js';
import { plural } from '../../kit/words.js';

export function Troubled({ endpoints }: { endpoints: EndpointOverview[] }) {
  const { endpointPath } = useFace();
  const nowMs = useNow();
  if (endpoints.length === 0) {
    return <div className="note note-ok">No endpoint is in trouble.</div>;
  }
  return (
    <Panel
      title={`${plural(endpoints.length, 'endpoint')} in trouble`}
      aside={
        <AppLink to="/endpoints" search={{ state: 'failing' }}>
          All that fail
        </AppLink>
      }
      flush
    >
      <div className="table-wrap">
        <table className="table" aria-label="Endpoints in trouble">
          <thead>
            <tr>
              <th scope="col">Endpoint</th>
              <th scope="col">State</th>
              <th scope="col" className="minor">
                Why
              </th>
            </tr>
          </thead>
          <tbody>
            {endpoints.map((endpoint) => {
              const trouble = troubleOf(endpoint, nowMs);
              return (
                <tr key={endpoint.id}>
                  <td>
                    <AppLink to={endpointPath(endpoint.tenantId, endpoint.id)} className="row-link">
                      <div className="truncate">{endpoint.url}</div>
                      <div className="dim small truncate">{endpoint.tenantName}</div>
                      <div className="only-phone small">{trouble.why}</div>
                    </AppLink>
                  </td>
                  <td>
                    <Status tone={trouble.tone}>{trouble.state}</Status>
                  </td>
                  <td className="minor">{trouble.why}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
