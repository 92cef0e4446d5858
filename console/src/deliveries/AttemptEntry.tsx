/** One attempt: its outcome in a line, and everything that was said, on both sides, once it is opened. */
import { Tabs } from '@mantine/core';
import { useId, useState } from 'react';
import type { Attempt } from '../api/types.js';
import { CodeBlock, Json } from '../kit/Json.js';
import { laidOut } from '../kit/json-text.js';
import { Copied } from '../kit/Identifier.js';
import { Moment } from '../kit/Moment.js';
import { duration } from '../kit/words.js';
import { endSentences, errorSentences } from './error-codes.js';
import { words } from './outcome.js';
import { Timings } from './Timings.js';

type HeaderValues = Record<string, string | string[]>;

export function AttemptEntry({ attempt, opened }: { attempt: Attempt; opened: boolean }) {
  const [open, setOpen] = useState(opened);
  const id = useId();
  const { attemptNumber, errorCode, statusCode, durationMs, startedAt, trigger } = attempt;
  const succeeded = errorCode === null;
  return (
    <li className={`solid tone-${succeeded ? 'ok' : 'bad'}`}>
      <button
        type="button"
        className="attempt-head"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <span className="attempt-name">Attempt {attemptNumber}</span>
        <span className={succeeded ? 'status-ok' : 'status-bad'}>
          {[statusCode, succeeded ? 'taken' : words(errorCode)].filter((part) => part !== null).join(' · ')}
        </span>
        <span className="dim numeric">{duration(durationMs)}</span>
        {trigger !== 'emit' && <span className="tag">{trigger}</span>}
        <span className="dim" style={{ marginLeft: 'auto' }}>
          <Moment at={startedAt} />
        </span>
      </button>
      {open && (
        <div id={id} className="attempt-body">
          <AttemptDetails attempt={attempt} />
        </div>
      )}
    </li>
  );
}

function AttemptDetails({ attempt }: { attempt: Attempt }) {
  const { errorCode, errorMessage, url, remoteAddress, responseHeaders, responseBody, statusCode } = attempt;
  return (
    <>
      {errorCode !== null && (
        <div className="note note-bad">
          {errorSentences[errorCode] ?? endSentences[errorCode] ?? words(errorCode)}
          {errorMessage && <div className="mono small">{errorMessage}</div>}
        </div>
      )}
      <Timings attempt={attempt} />
      <Tabs defaultValue={statusCode === null ? 'request' : 'response'}>
        <Tabs.List>
          <Tabs.Tab value="response" disabled={statusCode === null}>
            Response
          </Tabs.Tab>
          <Tabs.Tab value="request">Request</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="response" pt="sm">
          <div className="stack-tight">
            <Headers headers={responseHeaders ?? {}} first={`HTTP ${statusCode}`} />
            {responseBody ? (
              <Body
                text={responseBody}
                base64={attempt.responseBodyBase64}
                cut={attempt.responseBodyTruncated}
              />
            ) : (
              <div className="dim">
                {responseBody === null
                  ? 'Its headers and body may not be read with this key.'
                  : 'The body was empty.'}
              </div>
            )}
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="request" pt="sm">
          <Headers headers={attempt.requestHeaders} first={url} />
          {remoteAddress && (
            <div className="dim small" style={{ marginTop: 8 }}>
              Connected to <code>{remoteAddress}</code>
            </div>
          )}
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function Body({ text, base64, cut }: { text: string; base64: string | null; cut: boolean }) {
  return (
    <>
      {laidOut(text) === undefined ? (
        <CodeBlock text={text} label="response body" />
      ) : (
        <Json text={text} label="response body" />
      )}
      {base64 !== null && (
        <div className="dim small">
          It is not text; what cannot be shown is replaced. As base64:{' '}
          <Copied value={base64} label="Copy the body as base64" />
        </div>
      )}
      {cut && <div className="dim small">Cut off: no more of a body is kept than its first 16 KiB.</div>}
    </>
  );
}

function Headers({ headers, first }: { headers: HeaderValues; first: string }) {
  return (
    <dl className="header-list">
      <div>
        <dd>{first}</dd>
      </div>
      {Object.entries(headers).map(([name, value]) => (
        <div key={name}>
          <dt>{name}:</dt>
          <dd>{[value].flat().join(', ')}</dd>
        </div>
      ))}
    </dl>
  );
}
