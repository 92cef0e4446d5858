/** Whoever did it: a key by its name, or a customer in the portal. */
import { useLabels } from './labels.js';
import { shortened } from '../kit/Identifier.js';

export function Author({ id }: { id: string }) {
  const name = useLabels([id])(id)?.name ?? shortened(id);
  return (
    <span className="dim" title={id}>
      {id.startsWith('ten_') ? `${name}, in the portal` : name}
    </span>
  );
}
