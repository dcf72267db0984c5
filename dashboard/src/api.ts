// Calls of the REST routes, typed by the contract. The page's own server adds the back end's key (api/dashboard).

import type { Operations, Problem } from "../../api/client/analytics";
import { token } from "./token";

type Used =
  | "get_coach_summary"
  | "get_at_risk_clients"
  | "get_alerts"
  | "acknowledge_alert"
  | "get_client_summary"
  | "get_client_risk"
  | "get_client_trends"
  | "get_client_sessions"
  | "get_session";
type Parameters<Name extends Used> = (Operations[Name] extends { path: infer P } ? { path: P } : object) &
  (Operations[Name] extends { query: infer Q } ? { query?: Q } : object) &
  (Operations[Name] extends { body?: infer B } ? { body?: B } : object);

const PREFIX = "/api/v1/analytics";
const PROXY_PREFIX = "dashboard/api";

/** Where each operation is. The types hold these to the contract. */
const ADDRESSES: { [Name in Used]: Operations[Name]["address"] } = {
  get_coach_summary: "/api/v1/analytics/coach/summary",
  get_at_risk_clients: "/api/v1/analytics/coach/at-risk-clients",
  get_alerts: "/api/v1/analytics/risk/alerts",
  acknowledge_alert: "/api/v1/analytics/risk/alerts/{alert_id}/acknowledge",
  get_client_summary: "/api/v1/analytics/clients/{client_id}/summary",
  get_client_risk: "/api/v1/analytics/clients/{client_id}/risk",
  get_client_trends: "/api/v1/analytics/clients/{client_id}/trends",
  get_client_sessions: "/api/v1/analytics/clients/{client_id}/sessions",
  get_session: "/api/v1/analytics/sessions/{job_id}",
};

/** Why there is no answer: `away` passes by itself, the others don't. */
export class Failure extends Error {
  constructor(
    readonly kind: "signed-out" | "not-there" | "away" | "refused",
    message: string,
    readonly retrySeconds: number = 3,
  ) {
    super(message);
  }
}

/** Asks one operation. Throws Failure. */
export async function ask<Name extends Used>(
  name: Name,
  given: Parameters<Name>,
): Promise<Operations[Name]["answer"]> {
  const { path = {}, query = {}, body } = given as {
    path?: Record<string, string>;
    query?: Record<string, string | number>;
    body?: unknown;
  };
  const filled = ADDRESSES[name].replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(path[key]!));
  const search = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]));
  const headers: Record<string, string> = { Authorization: `Bearer ${token.get() ?? ""}` };
  const request: RequestInit = { headers, cache: "no-store", credentials: "omit" };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    Object.assign(request, { method: "POST", body: JSON.stringify(body) });
  }
  const asked = `${PROXY_PREFIX}${filled.slice(PREFIX.length)}${search.size ? `?${search}` : ""}`;
  const answer = await fetch(asked, request).catch(() => {
    throw new Failure("away", "The server can't be reached.");
  });
  if (answer.ok) return (await answer.json()) as Operations[Name]["answer"];
  throw await failureOf(answer);
}

async function failureOf(answer: Response): Promise<Failure> {
  const problem = (await answer.json().catch(() => null)) as Problem | null;
  const detail = problem?.detail ?? "The server did not answer as expected.";
  if (answer.status === 401) return new Failure("signed-out", detail);
  if (answer.status === 404 || answer.status === 422) return new Failure("not-there", detail);
  const wait = Number(answer.headers.get("Retry-After") ?? 3);
  if (answer.status === 429 || answer.status >= 500) return new Failure("away", detail, wait);
  return new Failure("refused", detail);
}
