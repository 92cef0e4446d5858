/** The customers' pages and their paths. */
import { faceRouter } from '../face/router.js';
import { PortalFrame } from './PortalFrame.js';

export const router = faceRouter({
  basepath: '/console/portal',
  frame: PortalFrame,
  home: 'your endpoints',
  pages: {
    '/': () => import('./EndpointsPage.js'),
    '/endpoints/$endpoint': () => import('../endpoints/EndpointPage.js'),
    '/deliveries': () => import('../deliveries/DeliveriesPage.js'),
    '/deliveries/$delivery': () => import('../deliveries/DeliveryPage.js'),
    '/replays': () => import('../replays/ReplaysPage.js'),
    '/replays/$replay': () => import('../replays/ReplayPage.js'),
    '/event-types': () => import('./EventTypesPage.js'),
    '/event-types/$name': () => import('../event-types/EventTypePage.js'),
    '/verify': () => import('./verify/VerifyPage.js'),
  },
});
