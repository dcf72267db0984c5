// API client of the dashboard. Requests go through the proxy at dashboard/api, which adds the API key.

import createClient from "openapi-fetch";
import type { paths, Problem } from "../../api/client/schema";
import { token } from "./token";

type ProxyPaths = { [Path in keyof paths as Path extends `/api/v1/analytics${infer Rest}` ? Rest : never]: paths[Path] };

export const api = createClient<ProxyPaths>({ baseUrl: "dashboard/api", cache: "no-store", credentials: "omit" });

api.use({
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${token.get() ?? ""}`);
    return request;
  },
});

/** A failed request. Only `unavailable` is worth a retry. */
export class ApiError extends Error {
  constructor(
    readonly kind: "unauthorized" | "not-found" | "unavailable" | "rejected",
    message: string,
    readonly retrySeconds: number = 3,
  ) {
    super(message);
  }
}

/** The response body of a call such as `api.GET("/coach/summary")`. Throws ApiError. */
export async function unwrap<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call.catch(() => {
    throw new ApiError("unavailable", "The server can't be reached.");
  });
  if (data !== undefined) return data;
  const detail = (error as Partial<Problem> | undefined)?.detail ?? "Unexpected response from the server.";
  if (response.status === 401) throw new ApiError("unauthorized", detail);
  if (response.status === 404 || response.status === 422) throw new ApiError("not-found", detail);
  const retrySeconds = Number(response.headers.get("Retry-After") ?? 3);
  if (response.status === 429 || response.status >= 500) throw new ApiError("unavailable", detail, retrySeconds);
  throw new ApiError("rejected", detail);
}
