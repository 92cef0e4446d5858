/** The portal's navigation, under the host's name and logo. */
import { RotateCcw, Send, ShieldCheck, Tags, Webhook } from 'lucide-react';
import { Mark } from '../brand/Mark.js';
import { Frame, type Place } from '../face/Frame.js';
import { Moment } from '../kit/Moment.js';
import { usePortalSession } from './session.js';

const places: Place[] = [
  { to: '/', name: 'Endpoints', icon: Webhook, exact: true },
  { to: '/deliveries', name: 'Deliveries', icon: Send },
  { to: '/replays', name: 'Replays', icon: RotateCcw },
  { to: '/event-types', name: 'Event types', icon: Tags },
  { to: '/verify', name: 'Verify signatures', icon: ShieldCheck },
];

export function PortalFrame() {
  const { tenant, brand, expiresAt, rights } = usePortalSession();
  return (
    <Frame
      brand={
        <>
          {brand.logoUrl ? <img src={brand.logoUrl} alt="" /> : brand.name ? null : <Mark />}
          <span className="truncate">{brand.name ?? 'Webhooks'}</span>
        </>
      }
      places={places}
      foot={
        <>
          <div className="truncate" title={tenant.name}>
            {tenant.name}
            {rights === 'read' && <span className="dim"> · read only</span>}
          </div>
          <div className="dim">
            until <Moment at={expiresAt} />
          </div>
        </>
      }
    />
  );
}
