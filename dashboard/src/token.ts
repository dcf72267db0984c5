// The coach's token: handed over behind #token= or pasted, kept for this tab only, never in the address bar.

const PLACE = "coach-token";
const HANDED_OVER = /^#token=([A-Za-z0-9._-]+)$/;

/** Keeps a token that came with the address, and takes it out of the address and the history. */
export function takeHandedOverToken(): void {
  const found = HANDED_OVER.exec(location.hash);
  if (!found) return;
  sessionStorage.setItem(PLACE, found[1]!);
  history.replaceState(null, "", `${location.pathname}#/`);
}

export const token = {
  get: (): string | null => sessionStorage.getItem(PLACE),
  keep: (given: string): void => sessionStorage.setItem(PLACE, given),
  forget: (): void => sessionStorage.removeItem(PLACE),
};
