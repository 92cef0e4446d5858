/** Event types out of an OpenAPI document: nothing is changed before one has seen what would be. */
import { Button, FileButton, JsonInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf, Problem } from '../api/problem.js';
import { useFace } from '../face/face.js';
import { useSay } from '../kit/Messages.js';
import { plural } from '../kit/words.js';

interface Imported {
  created: string[];
  updated: string[];
}

const NAMES_SHOWN = 20;

export function CatalogImport({ onDone }: { onDone: () => void }) {
  const { client } = useFace();
  const queries = useQueryClient();
  const say = useSay();
  const [text, setText] = useState('');
  const run = useMutation({
    mutationFn: (dryRun: boolean) =>
      client.send<Imported>('POST', '/v1/event-types/import', {
        document: JSON.parse(text) as unknown,
        dryRun,
      }),
    onSuccess: async ({ created, updated }, dryRun) => {
      if (dryRun) return;
      await queries.invalidateQueries({ queryKey: ['/v1/event-types'] });
      say.done(`Imported: ${created.length} new, ${updated.length} changed.`);
      onDone();
    },
  });
  const change = (value: string) => {
    setText(value);
    run.reset();
  };
  return (
    <div className="stack">
      <div className="dim">
        Each of the document’s <code>webhooks</code> becomes an event type, or changes the one of its name;
        others stay as they are. All of them are taken, or none.
      </div>
      <JsonInput
        label="OpenAPI 3.1 document, as JSON"
        autosize
        minRows={6}
        maxRows={16}
        validationError="This is not JSON yet"
        value={text}
        onChange={change}
        data-autofocus
      />
      <div>
        <FileButton accept="application/json,.json" onChange={(file) => void file?.text().then(change)}>
          {(props) => (
            <Button variant="default" {...props}>
              Choose a file
            </Button>
          )}
        </FileButton>
      </div>
      {run.data && <Preview imported={run.data} />}
      {run.error && <Refusal error={run.error} />}
      <div className="row-end">
        <Button
          variant={run.data ? 'default' : 'filled'}
          disabled={text.trim() === ''}
          loading={run.isPending}
          onClick={() => run.mutate(true)}
        >
          Check
        </Button>
        {run.data && run.data.created.length + run.data.updated.length > 0 && (
          <Button loading={run.isPending} onClick={() => run.mutate(false)}>
            Import {plural(run.data.created.length + run.data.updated.length, 'event type')}
          </Button>
        )}
      </div>
    </div>
  );
}

function Preview({ imported: { created, updated } }: { imported: Imported }) {
  return (
    <div className="note" role="status">
      {created.length + updated.length === 0 && 'The document has no webhooks.'}
      <Names title="New" names={created} />
      <Names title="Changed" names={updated} />
    </div>
  );
}

function Names({ title, names }: { title: string; names: string[] }) {
  if (names.length === 0) return null;
  const more = names.length - NAMES_SHOWN;
  return (
    <div className="tags">
      <span>
        {title} ({names.length}):
      </span>
      {names.slice(0, NAMES_SHOWN).map((name) => (
        <span key={name} className="tag" title={name}>
          {name}
        </span>
      ))}
      {more > 0 && <span className="dim">and {more} more</span>}
    </div>
  );
}

function Refusal({ error }: { error: unknown }) {
  const problems = error instanceof Problem ? error.errors : [];
  return (
    <div className="note note-bad" role="alert">
      {messageOf(error)}
      {problems.length > 0 && (
        <ul style={{ margin: '4px 0 0', paddingLeft: 18 }}>
          {problems.slice(0, NAMES_SHOWN).map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <code>{path}</code> {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
