// The frame around the views: who is signed in, which view is shown, what is said aloud.

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { SessionContext } from "./session";
import { token } from "./token";
import { ClientView } from "./views/client";
import { Overview } from "./views/overview";
import { SessionView } from "./views/session";
import { SignIn } from "./views/sign-in";
import { loadWords, type Words, WordsContext } from "./field-descriptions";

const ID = "[0-9a-f-]{36}";
const CLIENT = new RegExp(`^#/clients/(${ID})(?:\\?window=(30d|90d|all_time))?$`);
const SESSION = new RegExp(`^#/sessions/(${ID})$`);

export function App() {
  const [isSignedIn, setSignedIn] = useState(token.get() !== null);
  const [reason, setReason] = useState<string>();
  const [spoken, announce] = useState("");
  const [words, setWords] = useState<Words>({});
  const hash = useHash();
  const signOut = useCallback((why?: string) => {
    token.forget();
    setReason(why);
    setSignedIn(false);
  }, []);
  const session = useMemo(() => ({ signOut, announce }), [signOut]);
  useEffect(() => {
    loadWords().then(setWords, () => {});
  }, [isSignedIn]);

  const signIn = (given: string) => {
    token.keep(given);
    setReason(undefined);
    setSignedIn(true);
  };
  return (
    <SessionContext.Provider value={session}>
      <WordsContext.Provider value={words}>
        <header class="top">
          <a class="brand" href="#/"><span class="mark" aria-hidden="true" />Coaching analytics</a>
          {isSignedIn && <button type="button" class="quiet" onClick={() => signOut()}>Sign out</button>}
        </header>
        <main id="main">{isSignedIn ? <View hash={hash} /> : <SignIn reason={reason} onToken={signIn} />}</main>
        <p class="aloud" role="status" aria-live="polite">{spoken}</p>
      </WordsContext.Provider>
    </SessionContext.Provider>
  );
}

function View({ hash }: { hash: string }) {
  const [, client, window] = CLIENT.exec(hash) ?? [];
  const [, job] = SESSION.exec(hash) ?? [];
  useNewPage(client ?? job ?? "");
  if (client) return <ClientView key={client} id={client} window={(window ?? "90d") as "30d" | "90d" | "all_time"} />;
  if (job) return <SessionView key={job} id={job} />;
  return <Overview />;
}

/** Another view begins at its top, also for those who don't see it. */
function useNewPage(what: string): void {
  const before = useRef(what);
  useEffect(() => {
    if (before.current === what) return;
    before.current = what;
    scrollTo(0, 0);
    const main = document.getElementById("main");
    main?.setAttribute("tabindex", "-1");
    main?.focus({ preventScroll: true });
  }, [what]);
}

function useHash(): string {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return hash;
}
