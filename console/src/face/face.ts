/**
 * Who is looking: staff, over all tenants, a customer, at its own, or the public, at the catalog. Pages that both have ask here what they may
 * offer; the API decides in any case.
 */
import { createContext, useContext } from 'react';
import type { Client } from '../api/client.js';

export interface Face {
  kind: 'staff' | 'portal' | 'public';
  /** What it goes by: ours, or the host's own. */
  name: string;
  client: Client;
  /** The only tenant that there is for the viewer; undefined: all. */
  tenantId: string | undefined;
  can: {
    /** Change endpoints, read secrets. */
    manage: boolean;
    /** Send again, cancel, send tests. */
    replay: boolean;
    /** Tenants, event types, API keys. */
    administer: boolean;
  };
  endpointPath: (tenantId: string, endpointId: string) => string;
}

export const FaceContext = createContext<Face | undefined>(undefined);

export function useFace(): Face {
  const face = useContext(FaceContext);
  if (face === undefined) throw new Error('outside of a face');
  return face;
}
