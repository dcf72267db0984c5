// Loading as a hook: what was loaded stays on the screen while the server is away, and comes back by itself.

import { useCallback, useEffect, useState } from "preact/hooks";
import { ApiError } from "./api";
import { useSession } from "./session";

export interface Loaded<T> {
  data: T | undefined;
  failure: ApiError | undefined;
  isBusy: boolean;
  reload: () => void;
}

/** What `load` answers, and again whenever `key` changes. */
export function useLoad<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const { signOut } = useSession();
  const [data, setData] = useState<T>();
  const [failure, setFailure] = useState<ApiError>();
  const [isBusy, setBusy] = useState(true);
  const [turn, setTurn] = useState(0);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    setBusy(true);
    load().then(
      (answer) => {
        if (!isCurrent) return;
        setData(answer);
        setFailure(undefined);
        setBusy(false);
      },
      (error: unknown) => {
        if (!isCurrent) return;
        if (!(error instanceof ApiError)) throw error;
        setBusy(false);
        if (error.kind === "unauthorized") return signOut(error.message);
        setFailure(error);
        if (error.kind === "unavailable") timer = setTimeout(reload, error.retrySeconds * 1000);
      },
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key, turn]);
  return { data, failure, isBusy, reload };
}
