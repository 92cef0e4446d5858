/** A page's head: where one is, what it is about, what can be done. Also the document's title. */
import { Button } from '@mantine/core';
import { createContext, useContext, useEffect, type ReactNode } from 'react';
import { useFace } from '../face/face.js';

interface Props {
  title: string;
  /** Instead of the plain title, if it is more than text. */
  heading?: ReactNode;
  about?: ReactNode;
  actions?: ReactNode;
  back?: ReactNode;
  children: ReactNode;
}

/** The page in the tab's name and in the history, under the host's name where it has given one. */
export function useTitle(title: string): void {
  const { name } = useFace();
  useEffect(() => {
    document.title = `${title} · ${name}`;
  }, [title, name]);
}

/** While what is shown could not be read again: what tries it once more. */
export const StaleContext = createContext<(() => void) | undefined>(undefined);

export function Page({ title, heading, about, actions, back, children }: Props) {
  useTitle(title);
  const readAgain = useContext(StaleContext);
  return (
    <div className="page">
      {back && <div className="page-back">{back}</div>}
      <header className="page-head">
        <div className="page-title">
          <h1>{heading ?? title}</h1>
          {about && (
            <div className="dim clamp" title={typeof about === 'string' ? about : undefined}>
              {about}
            </div>
          )}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {readAgain && (
        <div className="note note-bad row" role="alert">
          This is not up to date: Posthorn does not answer.
          <Button variant="default" onClick={readAgain}>
            Try again
          </Button>
        </div>
      )}
      {children}
    </div>
  );
}

export function Panel({
  title,
  aside,
  children,
  flush = false,
}: {
  title?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  flush?: boolean;
}) {
  return (
    <section className="panel">
      {title && (
        <div className="panel-head">
          <h2>{title}</h2>
          {aside && <div className="panel-aside">{aside}</div>}
        </div>
      )}
      {flush ? children : <div className="panel-body">{children}</div>}
    </section>
  );
}

/** Names and values. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
