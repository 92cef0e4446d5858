/** The staff's pages and their paths. */
import { faceRouter } from '../face/router.js';
import { StaffFrame } from './StaffFrame.js';

export const router = faceRouter({
  basepath: '/console',
  frame: StaffFrame,
  home: 'the overview',
  pages: {
    '/': () => import('./overview/OverviewPage.js'),
    '/deliveries': () => import('../deliveries/DeliveriesPage.js'),
    '/deliveries/$delivery': () => import('../deliveries/DeliveryPage.js'),
    '/replays': () => import('../replays/ReplaysPage.js'),
    '/replays/$replay': () => import('../replays/ReplayPage.js'),
    '/broadcasts': () => import('./broadcasts/BroadcastsPage.js'),
    '/broadcasts/$broadcast': () => import('./broadcasts/BroadcastPage.js'),
    '/tenants': () => import('./tenants/TenantsPage.js'),
    '/tenants/$tenant': () => import('./tenants/TenantPage.js'),
    '/tenants/$tenant/endpoints/$endpoint': () => import('../endpoints/EndpointPage.js'),
    '/endpoints': () => import('./endpoints/AllEndpointsPage.js'),
    '/event-types': () => import('./event-types/StaffEventTypesPage.js'),
    '/event-types/$name': () => import('../event-types/EventTypePage.js'),
    '/api-keys': () => import('./api-keys/ApiKeysPage.js'),
    '/audit-log': () => import('./audit-log/AuditLogPage.js'),
  },
});
