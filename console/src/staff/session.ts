/** Who is signed in. */
import { createContext, useContext } from 'react';
import type { ConsoleSession } from '../api/types.js';

export interface SignedIn {
  session: ConsoleSession;
  signOut: () => Promise<void>;
}

export const SessionContext = createContext<SignedIn | undefined>(undefined);

export function useSession(): SignedIn {
  const signedIn = useContext(SessionContext);
  if (signedIn === undefined) throw new Error('nobody is signed in');
  return signedIn;
}
