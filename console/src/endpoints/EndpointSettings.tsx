/** An endpoint's settings, in words; what is not set is not told of. */
import type { ReactNode } from 'react';
import type { Endpoint } from '../api/types.js';
import { Clamped } from '../kit/Clamped.js';
import { Identifier } from '../kit/Identifier.js';
import { Moment } from '../kit/Moment.js';
import { CodeBlock } from '../kit/Json.js';
import { Facts, Panel } from '../kit/Page.js';
import { duration } from '../kit/words.js';
import { retryWords } from './retry.js';
import { authWords, bodyWords, payloadWords, profileWords, tlsWords, type Tls } from './words.js';

type Fact = [string, ReactNode];

export function EndpointSettings({ endpoint }: { endpoint: Endpoint }) {
  return (
    <Panel title="Settings">
      <div className="stack">
        <Facts facts={[...whatFacts(endpoint), ...howFacts(endpoint), ...paceFacts(endpoint)]} />
        {endpoint.filter !== null && (
          <div className="stack-tight">
            <span className="dim">Only events that match</span>
            <CodeBlock text={JSON.stringify(endpoint.filter, null, 2)} label="filter" />
          </div>
        )}
        {endpoint.transformation !== null && (
          <div className="stack-tight">
            <span className="dim">The body is made by</span>
            <CodeBlock text={endpoint.transformation} label="transformation" />
          </div>
        )}
      </div>
    </Panel>
  );
}

function whatFacts({ id, eventTypes }: Endpoint): Fact[] {
  return [
    ['Endpoint', <Identifier id={id} />],
    [
      'Event types',
      <span className="tags">
        {eventTypes.map((type) => (
          <span key={type} className="tag" title={type}>
            {type === '*' ? 'all' : type}
          </span>
        ))}
      </span>,
    ],
  ];
}

function howFacts(endpoint: Endpoint): Fact[] {
  const { headers, method, payload, bodyFormat, signing, signatureProfile, auth } = endpoint;
  const names = Object.keys(headers);
  return [
    ['Sent as', `${method}, ${bodyWords[bodyFormat]}`],
    ...(payload === 'full' ? [] : [fact('Payload', payloadWords[payload])]),
    ...(names.length === 0
      ? []
      : [
          fact(
            'Headers',
            names.map((name) => <Hidden key={name} name={name} />),
          ),
        ]),
    ['Signature', signing === 'hmac' ? 'HMAC-SHA256' : 'ed25519'],
    ...(signatureProfile === 'none' ? [] : [fact('Also as', profileWords[signatureProfile])]),
    ...(auth === null ? [] : [fact('Credentials', authWords[auth.type])]),
    ...((endpoint.tls as Tls | null) === null ? [] : [fact('TLS', tlsWords(endpoint.tls))]),
  ];
}

function paceFacts(endpoint: Endpoint): Fact[] {
  const { ordering, onFailure, retry, timeoutMs, rateLimitPerSecond, maxInFlight } = endpoint;
  const strict = `strict; one that has failed for good ${onFailure === 'hold' ? 'holds the rest back' : 'is skipped'}`;
  return [
    ...(ordering === 'strict' ? [fact('Order', strict)] : []),
    ['Retries', retryWords(retry)],
    ['Timeout', duration(timeoutMs)],
    ['Rate', rateLimitPerSecond === null ? 'no limit' : `${rateLimitPerSecond} per second`],
    ['At a time', ordering === 'strict' ? 'one request' : `${maxInFlight} requests`],
    ...Object.entries(endpoint.metadata).map(([key, value]) => fact(key, <Clamped text={value} lines={3} />)),
    ['Since', <Moment at={endpoint.createdAt} as="full" />],
  ];
}

function fact(name: string, value: ReactNode): Fact {
  return [name, value];
}

function Hidden({ name }: { name: string }) {
  return (
    <div>
      <code>{name}</code> <span className="dim">•••</span>
    </div>
  );
}
