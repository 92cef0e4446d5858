/** What a request looks like: method, body, headers. */
import { Select } from '@mantine/core';
import type { EndpointDraft } from './form.js';
import { HeaderFields } from './HeaderFields.js';
import type { SectionProps } from './sections.js';
import { bodyWords, payloadWords } from './words.js';

const choices = (words: Record<string, string>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

export function FormatFields({ draft, change, at }: SectionProps) {
  return (
    <div className="stack">
      <div className="columns">
        <Select
          label="Method"
          allowDeselect={false}
          data={['POST', 'PUT']}
          value={draft.method}
          onChange={(value) => change({ method: value as EndpointDraft['method'] })}
          error={at('method')}
        />
        <Select
          label="Body"
          allowDeselect={false}
          data={choices(bodyWords)}
          value={draft.bodyFormat}
          onChange={(value) => change({ bodyFormat: value as EndpointDraft['bodyFormat'] })}
          error={at('bodyFormat')}
        />
      </div>
      <Select
        label="Payload"
        description="Thin: nothing of the event leaves until your server fetches it with a token."
        allowDeselect={false}
        data={choices(payloadWords)}
        value={draft.payload}
        onChange={(value) => change({ payload: value as EndpointDraft['payload'] })}
        error={at('payload')}
      />
      <HeaderFields
        headers={draft.headers}
        onChange={(headers) => change({ headers })}
        error={at('headers')}
      />
    </div>
  );
}
