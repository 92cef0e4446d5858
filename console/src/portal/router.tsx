/** The customers' pages and their paths. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { parseSearch, stringifySearch } from '../face/search.js';
import { AppLink } from '../kit/AppLink.js';
import { Empty, Failure, Loading } from '../kit/States.js';
import { PortalFrame } from './PortalFrame.js';

const root = createRootRoute({
  component: PortalFrame,
  notFoundComponent: () => (
    <Empty icon={Compass} title="There is no such page">
      <AppLink to="/">Back to your endpoints</AppLink>
    </Empty>
  ),
});

const page = (path: string, load: () => Promise<{ default: () => React.ReactNode }>) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) });

export const router = createRouter({
  routeTree: root.addChildren([
    page('/', () => import('./EndpointsPage.js')),
    page('/endpoints/$endpoint', () => import('../endpoints/EndpointPage.js')),
    page('/deliveries', () => import('../deliveries/DeliveriesPage.js')),
    page('/deliveries/$delivery', () => import('../deliveries/DeliveryPage.js')),
    page('/replays', () => import('../replays/ReplaysPage.js')),
    page('/replays/$replay', () => import('../replays/ReplayPage.js')),
    page('/event-types', () => import('./EventTypesPage.js')),
    page('/event-types/$name', () => import('../event-types/EventTypePage.js')),
    page('/verify', () => import('./verify/VerifyPage.js')),
  ]),
  basepath: '/console/portal',
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPendingComponent: () => <Loading />,
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
  scrollRestoration: true,
});
