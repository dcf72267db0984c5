// The application's frame: sign-in state, routing by URL hash, and the live region for screen readers.

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { AppContext } from "./app-context";
import { fetchFieldDescriptions, type FieldDescriptions, FieldDescriptionsContext } from "./field-descriptions";
import { token } from "./token";
import { ClientView } from "./views/client";
import { Overview } from "./views/overview";
import { SessionView } from "./views/session";
import { SignIn } from "./views/sign-in";

const ID = "[0-9a-f-]{36}";
const CLIENT = new RegExp(`^#/clients/(${ID})(?:\\?window=(30d|90d|all_time))?$`);
const SESSION = new RegExp(`^#/sessions/(${ID})$`);

export function App() {
  const [isSignedIn, setSignedIn] = useState(token.get() !== null);
  const [signOutReason, setSignOutReason] = useState<string>();
  const [announcement, announce] = useState("");
  const [descriptions, setDescriptions] = useState<FieldDescriptions>({});
  const hash = useHash();
  const signOut = useCallback((reason?: string) => {
    token.clear();
    setSignOutReason(reason);
    setSignedIn(false);
  }, []);
  const actions = useMemo(() => ({ signOut, announce }), [signOut]);
  useEffect(() => {
    fetchFieldDescriptions().then(setDescriptions, () => {});
  }, [isSignedIn]);

  const signIn = (accessToken: string) => {
    token.set(accessToken);
    setSignOutReason(undefined);
    setSignedIn(true);
  };
  return (
    <AppContext.Provider value={actions}>
      <FieldDescriptionsContext.Provider value={descriptions}>
        <header class="app-header">
          <a class="brand" href="#/"><span class="logo" aria-hidden="true" />Coaching analytics</a>
          {isSignedIn && <button type="button" class="secondary" onClick={() => signOut()}>Sign out</button>}
        </header>
        <main id="main">{isSignedIn ? <View hash={hash} /> : <SignIn reason={signOutReason} onToken={signIn} />}</main>
        <p class="live-region" role="status" aria-live="polite">{announcement}</p>
      </FieldDescriptionsContext.Provider>
    </AppContext.Provider>
  );
}

function View({ hash }: { hash: string }) {
  const [, clientId, window] = CLIENT.exec(hash) ?? [];
  const [, jobId] = SESSION.exec(hash) ?? [];
  useFocusOnChange(clientId ?? jobId ?? "");
  if (clientId) return <ClientView key={clientId} id={clientId} window={(window ?? "90d") as "30d" | "90d" | "all_time"} />;
  if (jobId) return <SessionView key={jobId} id={jobId} />;
  return <Overview />;
}

/** Scrolls to the top and moves the focus to the main region when another client or session is shown. */
function useFocusOnChange(viewId: string): void {
  const previous = useRef(viewId);
  useEffect(() => {
    if (previous.current === viewId) return;
    previous.current = viewId;
    scrollTo(0, 0);
    const main = document.getElementById("main");
    main?.setAttribute("tabindex", "-1");
    main?.focus({ preventScroll: true });
  }, [viewId]);
}

function useHash(): string {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const update = () => setHash(location.hash);
    addEventListener("hashchange", update);
    return () => removeEventListener("hashchange", update);
  }, []);
  return hash;
}
