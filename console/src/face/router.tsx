/** What the three faces' routers share; a face is its pages, its frame and where it stands. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouteComponent,
} from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { Problem } from '../api/problem.js';
import { AppLink } from '../kit/AppLink.js';
import { Page, useTitle } from '../kit/Page.js';
import { Empty, Failure, Loading } from '../kit/States.js';
import { parseSearch, stringifySearch } from './search.js';

export interface Face {
  basepath: string;
  frame: RouteComponent;
  /** What `/` is called, in the link back to it. */
  home: string;
  /** By path. Each is a file of its own, loaded when it is first opened. */
  pages: Record<string, () => Promise<{ default: () => React.ReactNode }>>;
}

export function faceRouter({ basepath, frame, home, pages }: Face) {
  const root = createRootRoute({
    component: frame,
    notFoundComponent: () => <NoSuchPage home={home} />,
  });
  const routes = Object.entries(pages).map(([path, load]) =>
    createRoute({
      getParentRoute: () => root,
      path,
      component: lazyRouteComponent(() => load().catch(notLoaded)),
    }),
  );
  return createRouter({
    routeTree: root.addChildren(routes),
    basepath,
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPendingComponent: () => <Loading />,
    defaultErrorComponent: ({ error }) => (
      <Page title="Not available">
        <Failure error={error} retry={() => window.location.reload()} />
      </Page>
    ),
    scrollRestoration: true,
  });
}

/** A page's file that does not come is told like any other answer that does not: the router itself would reload, at once. */
function notLoaded(error: unknown): never {
  const problem = new Problem(
    0,
    'unreachable',
    'This page could not be loaded. Is your network up, and Posthorn running?',
  );
  throw Object.assign(problem, { cause: error });
}

function NoSuchPage({ home }: { home: string }) {
  useTitle('Not found');
  return (
    <Empty icon={Compass} title="There is no such page">
      <AppLink to="/">Back to {home}</AppLink>
    </Empty>
  );
}
