/** Fields with their types and meanings. */
import { Clamped } from '../kit/Clamped.js';
import type { SchemaField } from './schema-fields.js';

export function SchemaFields({ fields }: { fields: SchemaField[] }) {
  return (
    <div className="table-wrap">
      <table className="table fields" aria-label="Fields">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Type</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ path, type, required, description }) => (
            <tr key={path}>
              <td>
                <code style={{ overflowWrap: 'anywhere' }}>{path}</code>
                {!required && <div className="dim small">may be absent</div>}
              </td>
              <td className="dim">
                <Clamped text={type} lines={4} />
              </td>
              <td>
                <Clamped text={description} lines={6} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
