/**
 * A page that stands on one answer of the API: loading until it is there, refused if it is, and then the answer. When
 * asking again fails, what is on the screen stays, said to be old: at 3 a.m. nobody wants a page to vanish while it is read.
 */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { isPassing, Problem } from '../api/problem.js';
import { Page, StaleContext } from './Page.js';
import { Failure, Loading } from './States.js';

interface Props<T> {
  query: UseQueryResult<T>;
  /** Where to go when there is nothing here. */
  back: ReactNode;
  children: (answer: T) => ReactNode;
}

export function Answered<T>({ query: { data, error, isPending, refetch }, back, children }: Props<T>) {
  if (isPending) return <Loading lines={8} />;
  if (data === undefined || (error !== null && !isPassing(error))) {
    const isMissing = error instanceof Problem && error.status === 404;
    return (
      <Page title={isMissing ? 'Not found' : 'Not available'} back={back}>
        <Failure error={error} retry={() => void refetch()} />
      </Page>
    );
  }
  const readAgain = error === null ? undefined : () => void refetch();
  return <StaleContext.Provider value={readAgain}>{children(data)}</StaleContext.Provider>;
}
