// Actions of the application that every component can call.

import { createContext } from "preact";
import { useContext } from "preact/hooks";

export interface AppActions {
  /** Deletes the token and shows the sign-in form, with the reason if there is one. */
  signOut: (reason?: string) => void;
  /** Announces a text to screen readers. */
  announce: (text: string) => void;
}

export const AppContext = createContext<AppActions>({ signOut: () => {}, announce: () => {} });
export const useApp = (): AppActions => useContext(AppContext);
