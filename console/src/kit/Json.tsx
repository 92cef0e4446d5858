/**
 * JSON from outside, coloured without being touched: the text is cut into tokens and each becomes a text node, so
 * nothing in it can be markup. Numbers and key order stay as they came, because the text is never parsed and printed.
 */
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { Copied } from './Identifier.js';
import { laidOut, tokens } from './json-text.js';

/** Colouring makes an element of each token; past this, text is shown plain. */
const COLOURED_CHARS_MAX = 60_000;

export function Json({ text, label }: { text: string; label: string }) {
  const [raw, setRaw] = useState(false);
  const pretty = laidOut(text);
  const shown = raw || pretty === undefined ? text : pretty;
  return (
    <div className="code">
      <div className="code-tools">
        {pretty !== undefined && (
          <SegmentedControl
            aria-label={`${label}: view`}
            size="xs"
            data={['Pretty', 'Raw']}
            value={raw ? 'Raw' : 'Pretty'}
            onChange={(value) => setRaw(value === 'Raw')}
          />
        )}
        <Copied value={text} label={`Copy ${label}`} />
      </div>
      <pre tabIndex={0} aria-label={label}>
        {raw || pretty === undefined || shown.length > COLOURED_CHARS_MAX ? shown : <Coloured text={shown} />}
      </pre>
    </div>
  );
}

function Coloured({ text }: { text: string }) {
  return tokens(text).map(({ kind, text }, index) =>
    kind === undefined ? (
      text
    ) : (
      <span key={index} className={`json-${kind}`}>
        {text}
      </span>
    ),
  );
}

/** Text that need not be JSON: a command, a response’s body. */
export function CodeBlock({
  text,
  label,
  copied = text,
}: {
  text: string;
  label: string;
  /** What is copied, if not what is shown. */
  copied?: string;
}) {
  return (
    <div className="code">
      <div className="code-tools">
        <Copied value={copied} label={`Copy ${label}`} />
      </div>
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </div>
  );
}
