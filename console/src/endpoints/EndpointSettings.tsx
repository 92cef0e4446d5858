/** An endpoint's settings, in words. */
import type { Endpoint, Retry } from '../api/types.js';
import { Identifier } from '../kit/Identifier.js';
import { Moment } from '../kit/Moment.js';
import { Json } from '../kit/Json.js';
import { Facts, Panel } from '../kit/Page.js';
import { duration } from '../kit/words.js';

const bodies = { standard: 'type, timestamp and data', raw: 'only data', cloudevents: 'CloudEvents 1.0' };

export function EndpointSettings({ endpoint }: { endpoint: Endpoint }) {
  const headers = Object.keys(endpoint.headers);
  return (
    <Panel title="Settings">
      <Facts
        facts={[
          ['Endpoint', <Identifier id={endpoint.id} />],
          [
            'Event types',
            <span className="tags">
              {endpoint.eventTypes.map((type) => (
                <span key={type} className="tag">
                  {type === '*' ? 'all' : type}
                </span>
              ))}
            </span>,
          ],
          ...(endpoint.filter === null
            ? []
            : ([['Filter', <Json text={JSON.stringify(endpoint.filter)} label="filter" />]] as [
                string,
                React.ReactNode,
              ][])),
          ...(headers.length === 0
            ? []
            : ([
                [
                  'Headers',
                  headers.map((name) => (
                    <div key={name}>
                      <code>{name}</code> <span className="dim">•••</span>
                    </div>
                  )),
                ],
              ] as [string, React.ReactNode][])),
          ['Body', bodies[endpoint.bodyFormat]],
          ['Signature', endpoint.signing === 'hmac' ? 'HMAC-SHA256' : 'ed25519'],
          ['Retries', retryWords(endpoint.retry)],
          ['Timeout', duration(endpoint.timeoutMs)],
          [
            'Rate',
            endpoint.rateLimitPerSecond === null ? 'no limit' : `${endpoint.rateLimitPerSecond} per second`,
          ],
          ['At a time', `${endpoint.maxInFlight} requests`],
          ['Since', <Moment at={endpoint.createdAt} as="full" />],
        ]}
      />
    </Panel>
  );
}

function retryWords(retry: Retry): string {
  if ('scheduleSeconds' in retry) {
    return retry.scheduleSeconds.length === 0
      ? 'none'
      : `after ${retry.scheduleSeconds.map((seconds) => duration(seconds * 1_000)).join(', ')}`;
  }
  const { maxAttempts = 12, baseSeconds = 5, maxSeconds = 43_200 } = retry;
  return `${maxAttempts} attempts, pauses from ${duration(baseSeconds * 1_000)} to ${duration(maxSeconds * 1_000)}`;
}
