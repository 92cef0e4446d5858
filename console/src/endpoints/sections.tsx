/** The settings that most endpoints leave as they are, in sections that say what is set before one opens them. */
import { Accordion } from '@mantine/core';
import type { EndpointDraft } from './form.js';
import { AuthFields } from './AuthFields.js';
import { FilterEditor } from './FilterEditor.js';
import { FormatFields } from './FormatFields.js';
import { PaceFields } from './PaceFields.js';
import { SigningFields } from './SigningFields.js';
import { retryWords, pausesProblem, retryOf } from './retry.js';
import { TlsFields } from './TlsFields.js';
import { TransformationEditor } from './TransformationEditor.js';
import { authWords, bodyWords, profileWords, tlsWords } from './words.js';

export interface SectionProps {
  draft: EndpointDraft;
  change: (changes: Partial<EndpointDraft>) => void;
  /** What the server says of a field. */
  at: (field: string) => string | undefined;
}

interface Section {
  name: string;
  title: string;
  summary: string;
  /** The API's names of what is in it: a refusal of one opens it. */
  fields: string[];
  body: React.ReactNode;
}

export function Sections({ isNew, ...props }: SectionProps & { isNew: boolean }) {
  const { draft, change, at } = props;
  const sections: Section[] = [
    {
      name: 'filter',
      title: 'Filter',
      summary: draft.filter.trim() === '' ? 'all events of these types' : 'only what matches',
      fields: ['filter'],
      body: (
        <FilterEditor value={draft.filter} onChange={(filter) => change({ filter })} error={at('filter')} />
      ),
    },
    {
      name: 'format',
      title: 'What is sent',
      summary: formatSummary(draft),
      fields: ['method', 'bodyFormat', 'payload', 'headers'],
      body: <FormatFields {...props} />,
    },
    {
      name: 'transformation',
      title: 'Transformation',
      summary: draft.transformation.trim() === '' ? 'none' : 'JSONata',
      fields: ['transformation'],
      body: (
        <TransformationEditor
          value={draft.transformation}
          onChange={(transformation) => change({ transformation })}
          error={at('transformation')}
        />
      ),
    },
    {
      name: 'signing',
      title: 'Signature',
      summary:
        draft.signatureProfile === 'none'
          ? draft.signing
          : `${draft.signing}, ${profileWords[draft.signatureProfile]}`,
      fields: ['signing', 'signatureProfile'],
      body: <SigningFields {...props} isNew={isNew} />,
    },
    {
      name: 'auth',
      title: 'Authentication',
      summary: authWords[draft.auth?.type ?? 'none'],
      fields: ['auth'],
      body: <AuthFields {...props} />,
    },
    {
      name: 'tls',
      title: 'TLS',
      summary: tlsWords(draft.tls),
      fields: ['tls'],
      body: <TlsFields {...props} />,
    },
    {
      name: 'pace',
      title: 'Order, pace and retries',
      summary: paceSummary(draft),
      fields: ['ordering', 'onFailure', 'timeoutMs', 'rateLimitPerSecond', 'maxInFlight', 'retry'],
      body: <PaceFields {...props} />,
    },
  ];
  const refused = sections.filter(({ fields }) => fields.some((field) => at(field) !== undefined));
  return (
    <Accordion
      // A refusal within a closed section would not be seen.
      key={refused.map(({ name }) => name).join()}
      multiple
      variant="separated"
      defaultValue={refused.map(({ name }) => name)}
      keepMounted={false}
    >
      {sections.map(({ name, title, summary, body }) => (
        <Accordion.Item key={name} value={name}>
          <Accordion.Control>
            {title} <span className="dim small section-summary">{summary}</span>
          </Accordion.Control>
          <Accordion.Panel>{body}</Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function formatSummary({ method, bodyFormat, payload, headers }: EndpointDraft): string {
  const parts = [method, payload === 'thin' ? 'thin payload' : bodyWords[bodyFormat]];
  if (headers.length > 0) parts.push(headers.length === 1 ? '1 header' : `${headers.length} headers`);
  return parts.join(', ');
}

function paceSummary({ ordering, retry }: EndpointDraft): string {
  const order = ordering === 'strict' ? 'strict order, ' : '';
  if (pausesProblem(retry) !== undefined) return order;
  return `${order}${retryWords(retryOf(retry)).split(':')[0]}`;
}
