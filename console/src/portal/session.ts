/** Whose portal it is. */
import { createContext, useContext } from 'react';
import type { PortalSession } from '../api/types.js';

export const PortalSessionContext = createContext<PortalSession | undefined>(undefined);

export function usePortalSession(): PortalSession {
  const session = useContext(PortalSessionContext);
  if (session === undefined) throw new Error('outside of a portal session');
  return session;
}
