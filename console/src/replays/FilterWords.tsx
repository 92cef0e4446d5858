/** A filter in words, as far as they go. */
import { filterNames, filterWords, type FilterName } from '../deliveries/filter.js';
import { useLabels } from '../face/labels.js';
import { shortened } from '../kit/Identifier.js';
import { Moment } from '../kit/Moment.js';

const isTime = (name: FilterName) => name === 'after' || name === 'before';

export function FilterWords({ filter, missing }: { filter: Record<string, unknown>; missing?: boolean }) {
  const given = filterNames.filter(
    (name) => filter[name] !== undefined && filter[name] !== null && filter[name] !== '',
  );
  const ids = given.map((name) => String(filter[name])).filter((value) => /^(ten|ep)_/.test(value));
  const labelOf = useLabels(ids);
  return (
    <span className="tags">
      {missing && <span className="tag">what it never got</span>}
      {given.map((name) => (
        <span key={name} className="tag" title={isTime(name) ? undefined : String(filter[name])}>
          {filterWords[name]}{' '}
          {isTime(name) ? (
            <Moment at={String(filter[name])} as="full" />
          ) : (
            (labelOf(String(filter[name]))?.name ?? shortened(String(filter[name])))
          )}
        </span>
      ))}
      {given.length === 0 && <span className="dim">everything</span>}
    </span>
  );
}
