/**
 * Rows of a list. One link in each row, its first cell's, is stretched over the whole of it; j and k walk the rows, Enter
 * opens. On a phone the columns that matter less are left out and the rest stacked.
 */
import { Button, Loader } from '@mantine/core';
import { useRef, type CSSProperties, type KeyboardEvent, type ReactNode } from 'react';
import type { List } from '../api/list.js';
import { messageOf } from '../api/problem.js';
import { AppLink } from './AppLink.js';
import { Failure, Loading } from './States.js';

export interface Column<T> {
  head: string;
  cell: (row: T) => ReactNode;
  align?: 'right';
  /** A share of the table's width, past which its text is cut. */
  width?: string;
  /** Left out below 700 pixels. */
  minor?: boolean;
}

interface Props<T> {
  /** What it is a list of, for screen readers. */
  label: string;
  list: List<T>;
  columns: Column<T>[];
  keyOf: (row: T) => string;
  /** Where a row leads. */
  linkOf?: (row: T) => string;
  empty: ReactNode;
}

export function ListTable<T>({ label, list, columns, keyOf, linkOf, empty }: Props<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  if (list.isLoading) return <Loading />;
  if (list.error && list.rows.length === 0) return <Failure error={list.error} retry={list.retry} />;
  if (list.rows.length === 0 && !list.hasMore && !list.isSearching) return <>{empty}</>;

  const walk = (event: KeyboardEvent) => {
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const links = [...(body.current?.querySelectorAll<HTMLElement>('.row-link') ?? [])];
    const next = links[links.indexOf(document.activeElement as HTMLElement) + step];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  };

  return (
    <>
      {list.isStale && <Problem list={list} />}
      <div className="table-wrap">
        <table className="table" aria-label={label} aria-busy={list.isSearching}>
          <thead>
            <tr>
              {columns.map(({ head, align, width, minor }) => (
                <th
                  key={head}
                  scope="col"
                  className={minor ? 'minor' : undefined}
                  style={{ textAlign: align, '--width': width } as CSSProperties}
                >
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody ref={body} onKeyDown={walk}>
            {list.rows.map((row) => (
              <tr key={keyOf(row)}>
                {columns.map(({ head, cell, align, minor, width }, index) => (
                  <td
                    key={head}
                    className={`${minor ? 'minor' : ''} ${width ? 'cut' : ''}`}
                    style={{ textAlign: align }}
                  >
                    {index === 0 && linkOf ? (
                      <AppLink to={linkOf(row)} className="row-link">
                        {cell(row)}
                      </AppLink>
                    ) : (
                      cell(row)
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Foot list={list} />
    </>
  );
}

/** Above the rows when they are old, beneath them when no more could be read. */
function Problem<T>({ list }: { list: List<T> }) {
  return (
    <div className="table-foot bad" role="alert">
      {list.isStale && 'This is not up to date. '}
      {messageOf(list.error)}
      <Button variant="default" onClick={list.isStale ? list.retry : list.more}>
        Try again
      </Button>
    </div>
  );
}

function Foot<T>({ list }: { list: List<T> }) {
  if (list.error && !list.isStale) return <Problem list={list} />;
  if (list.isSearching) {
    return (
      <div className="table-foot dim" role="status">
        <Loader size={14} />{' '}
        {list.rows.length === 0 ? 'Nothing yet; looking further back …' : 'Looking further back …'}
      </div>
    );
  }
  if (!list.hasMore) return null;
  return (
    <div className="table-foot">
      {list.rows.length === 0 && <span className="dim">Nothing so far.</span>}
      <Button variant="default" onClick={list.more}>
        {list.rows.length === 0 ? 'Look further back' : 'Show older'}
      </Button>
    </div>
  );
}
