/** What a page shows while there is nothing to show: loading, empty, or refused, each with what to do about it. */
import { Button, Skeleton } from '@mantine/core';
import { CircleAlert, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { adviceOn, isPassing, messageOf, Problem } from '../api/problem.js';

export function Loading({ lines = 6 }: { lines?: number }) {
  return (
    <div className="loading" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} height={14} width={`${92 - ((index * 17) % 40)}%`} />
      ))}
    </div>
  );
}

interface EmptyProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Empty({ icon: Icon, title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      <Icon size={22} strokeWidth={1.5} aria-hidden="true" />
      <p className="empty-title">{title}</p>
      {children && <div className="dim">{children}</div>}
      {action}
    </div>
  );
}

/** A refusal stays one however often it is asked for: only what may pass by itself can be tried again. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const passing = isPassing(error);
  const requestId = passing && error instanceof Problem ? error.requestId : undefined;
  const advice = adviceOn(error);
  return (
    <div className="empty" role="alert">
      <CircleAlert size={22} strokeWidth={1.5} aria-hidden="true" className="bad" />
      <p className="empty-title">{messageOf(error)}</p>
      {advice && <div className="dim">{advice}</div>}
      {requestId && (
        <div className="dim small">
          Request <code>{requestId}</code>, as the server’s log names it.
        </div>
      )}
      {retry && passing && (
        <Button variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}
