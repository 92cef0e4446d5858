/** The public catalog's two pages. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { parseSearch, stringifySearch } from '../face/search.js';
import { AppLink } from '../kit/AppLink.js';
import { Empty, Failure, Loading } from '../kit/States.js';
import { CatalogFrame } from './CatalogFrame.js';

const root = createRootRoute({
  component: CatalogFrame,
  notFoundComponent: () => (
    <Empty icon={Compass} title="There is no such page">
      <AppLink to="/">Back to the catalog</AppLink>
    </Empty>
  ),
});

const page = (path: string, load: () => Promise<{ default: () => React.ReactNode }>) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) });

export const router = createRouter({
  routeTree: root.addChildren([
    page('/', () => import('./CatalogPage.js')),
    page('/$name', () => import('./CatalogEntryPage.js')),
  ]),
  basepath: '/console/catalog',
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPendingComponent: () => <Loading />,
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
  scrollRestoration: true,
});
