// A hook for API requests: keeps the last data on screen while the server is unavailable, and retries.

import { useCallback, useEffect, useState } from "preact/hooks";
import { ApiError } from "./api";
import { useApp } from "./app-context";

export interface RequestState<T> {
  data: T | undefined;
  error: ApiError | undefined;
  isLoading: boolean;
  reload: () => void;
}

/** Calls `load` on mount and whenever `key` changes. A 401 response signs the coach out. */
export function useRequest<T>(key: string, load: () => Promise<T>): RequestState<T> {
  const { signOut } = useApp();
  const [data, setData] = useState<T>();
  const [error, setError] = useState<ApiError>();
  const [isLoading, setLoading] = useState(true);
  const [reloads, setReloads] = useState(0);
  const reload = useCallback(() => setReloads((n) => n + 1), []);
  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    setLoading(true);
    load().then(
      (response) => {
        if (!isCurrent) return;
        setData(response);
        setError(undefined);
        setLoading(false);
      },
      (reason: unknown) => {
        if (!isCurrent) return;
        if (!(reason instanceof ApiError)) throw reason;
        setLoading(false);
        if (reason.kind === "unauthorized") return signOut(reason.message);
        setError(reason);
        if (reason.kind === "unavailable") timer = setTimeout(reload, reason.retrySeconds * 1000);
      },
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key, reloads]);
  return { data, error, isLoading, reload };
}
