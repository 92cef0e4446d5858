/** Text from outside in a line or a few, cut off where it would break the page; whole for whoever points at it. */
import type { CSSProperties } from 'react';

export function Clamped({ text, lines = 2 }: { text: string; lines?: number }) {
  return (
    <span className="clamp" style={{ '--lines': lines } as CSSProperties} title={text}>
      {text}
    </span>
  );
}
