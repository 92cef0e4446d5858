/** The expression that makes an endpoint's body, with a sample to try it on. */
import { Textarea } from '@mantine/core';
import { useFace } from '../face/face.js';
import { CodeBlock } from '../kit/Json.js';
import { TryOut } from './TryOut.js';

interface Props {
  value: string;
  onChange: (transformation: string) => void;
  error: string | undefined;
}

interface Outcome {
  body: unknown;
  error: string | null;
}

const EXAMPLE = '{ "text": "Invoice over " & data.amount }';

export function TransformationEditor({ value, onChange, error }: Props) {
  const { client } = useFace();
  return (
    <div className="stack">
      <Textarea
        label="Transformation"
        description={
          <>
            A{' '}
            <a href="https://docs.jsonata.org/overview" target="_blank" rel="noreferrer">
              JSONata
            </a>{' '}
            expression over the event’s <code>id</code>, <code>type</code>, <code>timestamp</code>,{' '}
            <code>tags</code> and <code>data</code>; what it gives is the body: <code>{EXAMPLE}</code>. Empty:
            the body as it is set above.
          </>
        }
        autosize
        minRows={3}
        maxRows={14}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={error}
        styles={{ input: { fontFamily: 'var(--ph-mono)' } }}
      />
      <TryOut
        act="Try transformation"
        subject={value}
        disabled={value.trim() === ''}
        ask={(event) =>
          client.send<Outcome>('POST', '/v1/transformations/test', { transformation: value, event })
        }
        show={({ body, error: problem }) =>
          problem === null ? (
            <CodeBlock text={JSON.stringify(body, null, 2)} label="body" />
          ) : (
            <span className="bad">{problem}</span>
          )
        }
      />
    </div>
  );
}
