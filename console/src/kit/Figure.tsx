/** One figure among others: its name, its value, and what it means. */
import type { ReactNode } from 'react';

interface Props {
  name: string;
  more: ReactNode;
  bad?: boolean;
  children: ReactNode;
}

export function Figure({ name, more, bad, children }: Props) {
  return (
    <div className="figure">
      <div className="figure-name">{name}</div>
      <div className={bad ? 'figure-value bad' : 'figure-value'}>{children}</div>
      <div className="figure-more">{more}</div>
    </div>
  );
}
