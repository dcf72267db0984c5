import { useState } from "preact/hooks";

/** Asks for a coach's token. `reason` says why the last one is no longer good. */
export function SignIn(props: { reason: string | undefined; onToken: (token: string) => void }) {
  const [given, setGiven] = useState("");
  return (
    <form
      class="card sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        if (given.trim()) props.onToken(given.trim());
      }}
    >
      <h1>Sign in</h1>
      {props.reason && <p class="notice" role="alert">{props.reason}</p>}
      <label for="token">Your access token</label>
      <textarea
        id="token"
        rows={4}
        autocomplete="off"
        spellcheck={false}
        aria-describedby="token-hint"
        value={given}
        onInput={(event) => setGiven(event.currentTarget.value)}
      />
      <p id="token-hint" class="hint">
        A Supabase Auth token. It stays in this tab and goes when you close it. <code>make demo</code> prints a link
        that brings one along.
      </p>
      <button type="submit" class="primary">Sign in</button>
    </form>
  );
}
