// The coach's access token: from #token= in the URL or typed in, kept in the tab's session storage.

const STORAGE_KEY = "coach-token";
const TOKEN_FRAGMENT = /^#token=([A-Za-z0-9._-]+)$/;

/** Stores a token from the URL's fragment and removes it from the address bar and the history. */
export function storeTokenFromUrl(): void {
  const match = TOKEN_FRAGMENT.exec(location.hash);
  if (!match) return;
  token.set(match[1]!);
  history.replaceState(null, "", `${location.pathname}#/`);
}

export const token = {
  get: (): string | null => sessionStorage.getItem(STORAGE_KEY),
  set: (value: string): void => sessionStorage.setItem(STORAGE_KEY, value),
  clear: (): void => sessionStorage.removeItem(STORAGE_KEY),
};
