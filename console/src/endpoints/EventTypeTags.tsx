/** The event types that an endpoint wants, the first few of them. */
const SHOWN = 3;

export function EventTypeTags({ types }: { types: string[] }) {
  return (
    <span className="tags">
      {types.slice(0, SHOWN).map((type) => (
        <span key={type} className="tag" title={type}>
          {type === '*' ? 'all' : type}
        </span>
      ))}
      {types.length > SHOWN && <span className="dim small">and {types.length - SHOWN} more</span>}
    </span>
  );
}
