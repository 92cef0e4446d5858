/** How far a piece of work is, in a list of them. */
import { ProgressBar, type Progress } from '../kit/ProgressBar.js';

export function ProgressCell({ progress, children }: { progress: Progress; children: string }) {
  return (
    <div className="stack-tight">
      <ProgressBar {...progress} />
      <span className="dim small numeric">{children}</span>
    </div>
  );
}
