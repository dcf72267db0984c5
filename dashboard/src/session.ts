// Who is signed in, for every component below the page.

import { createContext } from "preact";
import { useContext } from "preact/hooks";

export interface Session {
  /** Forgets the token and says why. */
  signOut: (reason?: string) => void;
  /** Says something to a screen reader, and to nobody else. */
  announce: (text: string) => void;
}

export const SessionContext = createContext<Session>({ signOut: () => {}, announce: () => {} });
export const useSession = (): Session => useContext(SessionContext);
