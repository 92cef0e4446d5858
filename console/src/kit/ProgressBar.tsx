/** How far a long piece of work has come, and what became of the parts of it. */
import { inFull } from './words.js';

export interface ProgressPart {
  name: string;
  count: number;
  fill: string;
}

export interface Progress {
  /** What is counted, for those who do not see the bar. */
  label: string;
  total: number;
  parts: ProgressPart[];
}

export function ProgressBar({ label, total, parts }: Progress) {
  const done = parts.reduce((sum, { count }) => sum + count, 0);
  const whole = Math.max(total, done, 1);
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={whole}
      aria-valuenow={done}
      title={parts.map(({ name, count }) => `${inFull(count)} ${name}`).join(', ')}
    >
      {parts.map(({ name, count, fill }) => (
        <span key={name} style={{ width: `${(count / whole) * 100}%`, background: fill }} />
      ))}
    </div>
  );
}
