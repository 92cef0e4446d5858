/** The staff's pages and their paths; each page is a file of its own, loaded when it is first opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { parseSearch, stringifySearch } from '../face/search.js';
import { Empty, Failure, Loading } from '../kit/States.js';
import { Compass } from 'lucide-react';
import { AppLink } from '../kit/AppLink.js';
import { StaffFrame } from './StaffFrame.js';

const root = createRootRoute({
  component: StaffFrame,
  notFoundComponent: () => (
    <Empty icon={Compass} title="There is no such page">
      <AppLink to="/">Back to the overview</AppLink>
    </Empty>
  ),
});

const page = (path: string, load: () => Promise<{ default: () => React.ReactNode }>) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) });

const routes = [
  page('/', () => import('./overview/OverviewPage.js')),
  page('/deliveries', () => import('../deliveries/DeliveriesPage.js')),
  page('/deliveries/$delivery', () => import('../deliveries/DeliveryPage.js')),
  page('/replays', () => import('../replays/ReplaysPage.js')),
  page('/replays/$replay', () => import('../replays/ReplayPage.js')),
  page('/tenants', () => import('./tenants/TenantsPage.js')),
  page('/tenants/$tenant', () => import('./tenants/TenantPage.js')),
  page('/tenants/$tenant/endpoints/$endpoint', () => import('../endpoints/EndpointPage.js')),
  page('/endpoints', () => import('./endpoints/AllEndpointsPage.js')),
  page('/event-types', () => import('./event-types/StaffEventTypesPage.js')),
  page('/event-types/$name', () => import('../event-types/EventTypePage.js')),
  page('/api-keys', () => import('./api-keys/ApiKeysPage.js')),
  page('/audit-log', () => import('./audit-log/AuditLogPage.js')),
];

export const router = createRouter({
  routeTree: root.addChildren(routes),
  basepath: '/console',
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPendingComponent: () => <Loading />,
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
  scrollRestoration: true,
});
