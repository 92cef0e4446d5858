/** An event type as documentation: its fields, how it looks, its schema. The same for staff, customers and the public. */
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { EventType } from '../api/types.js';
import { Json } from '../kit/Json.js';
import { Panel } from '../kit/Page.js';
import { fieldsOf } from './schema-fields.js';
import { SchemaFields } from './SchemaFields.js';

export type Documented = Pick<EventType, 'schema' | 'example' | 'examples'>;

export function EventTypeDocs({ eventType }: { eventType: Documented }) {
  const { schema } = eventType;
  const fields = fieldsOf(schema);
  return (
    <>
      <div className="columns">
        <Panel title="Fields of data" flush={fields.length > 0}>
          {fields.length > 0 ? (
            <SchemaFields fields={fields} />
          ) : (
            <div className="dim">No schema describes its data yet.</div>
          )}
        </Panel>
        <Examples eventType={eventType} />
      </div>
      {schema !== null && schema !== undefined && (
        <Panel title="JSON Schema">
          <Json text={JSON.stringify(schema)} label="JSON Schema" />
        </Panel>
      )}
    </>
  );
}

function Examples({ eventType: { example, examples } }: { eventType: Documented }) {
  const all = [...(example === null || example === undefined ? [] : [example]), ...examples];
  const [shown, setShown] = useState('0');
  return (
    <Panel
      title="Example"
      aside={
        all.length > 1 && (
          <SegmentedControl
            aria-label="Example"
            data={all.map((_, index) => ({ value: String(index), label: String(index + 1) }))}
            value={shown}
            onChange={setShown}
          />
        )
      }
    >
      {all.length === 0 ? (
        <div className="dim">No example yet; test events of this type are empty.</div>
      ) : (
        <Json text={JSON.stringify(all[Number(shown)] ?? all[0])} label="example" />
      )}
    </Panel>
  );
}
