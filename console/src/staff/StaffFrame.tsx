/** The console's navigation. */
import { Button } from '@mantine/core';
import { Boxes, Gauge, KeyRound, Megaphone, RotateCcw, ScrollText, Send, Tags, Webhook } from 'lucide-react';
import type { ConsoleSession } from '../api/types.js';
import { Mark } from '../brand/Mark.js';
import { Frame, type Place } from '../face/Frame.js';
import { useSay } from '../kit/Messages.js';
import { useSession } from './session.js';

const places: Place[] = [
  { to: '/', name: 'Overview', icon: Gauge, exact: true },
  { to: '/deliveries', name: 'Deliveries', icon: Send },
  { to: '/replays', name: 'Replays', icon: RotateCcw },
  { to: '/broadcasts', name: 'Broadcasts', icon: Megaphone },
  { to: '/tenants', name: 'Tenants', icon: Boxes },
  { to: '/endpoints', name: 'Endpoints', icon: Webhook },
  { to: '/event-types', name: 'Event types', icon: Tags },
];
const adminPlaces: Place[] = [
  { to: '/api-keys', name: 'API keys', icon: KeyRound },
  { to: '/audit-log', name: 'Audit log', icon: ScrollText },
];

export function StaffFrame() {
  const { session, signOut } = useSession();
  const say = useSay();
  return (
    <Frame
      brand={
        <>
          <Mark /> Posthorn
        </>
      }
      places={placesOf(session)}
      foot={
        <div className="stack-tight">
          <div className="truncate" title={session.name}>
            {session.name} <span className="dim">· {session.role}</span>
          </div>
          <div className="row" style={{ justifyContent: 'space-between' }}>
            <Button
              variant="subtle"
              color="gray"
              size="compact-xs"
              px={0}
              onClick={() => void signOut().catch(say.failed)}
            >
              Sign out
            </Button>
            <a className="dim" href="/docs" title="API reference">
              v{session.version}
            </a>
          </div>
        </div>
      }
    />
  );
}

/** A key that is bound to a tenant has no business with what is for all. */
function placesOf({ role, tenantId }: ConsoleSession): Place[] {
  const ofAll = ['/', '/broadcasts'];
  const shown = tenantId === null ? places : places.filter(({ to }) => !ofAll.includes(to));
  return role === 'admin' ? [...shown, ...adminPlaces] : shown;
}
