/** What the three faces' routers share; a face is its pages, its frame and where it stands. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouteComponent,
} from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { AppLink } from '../kit/AppLink.js';
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
    notFoundComponent: () => (
      <Empty icon={Compass} title="There is no such page">
        <AppLink to="/">Back to {home}</AppLink>
      </Empty>
    ),
  });
  const routes = Object.entries(pages).map(([path, load]) =>
    createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) }),
  );
  return createRouter({
    routeTree: root.addChildren(routes),
    basepath,
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPendingComponent: () => <Loading />,
    defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
    scrollRestoration: true,
  });
}
