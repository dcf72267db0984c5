import { useState } from "preact/hooks";

/** The sign-in form. `reason` is why the previous token was rejected. */
export function SignIn(props: { reason: string | undefined; onToken: (token: string) => void }) {
  const [token, setToken] = useState("");
  return (
    <form
      class="card sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        if (token.trim()) props.onToken(token.trim());
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
        value={token}
        onInput={(event) => setToken(event.currentTarget.value)}
      />
      <p id="token-hint" class="hint">
        A Supabase Auth token. It is kept in this tab only, until you close it. <code>make demo</code> prints a link
        that includes one.
      </p>
      <button type="submit" class="primary">Sign in</button>
    </form>
  );
}
