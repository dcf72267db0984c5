// The way from a session to the one before and the one after, of the same client.

import type { SessionAnalytics, SessionAnalyticsSummary, SessionResponse } from "../../api/client/schema";
import { api, unwrap } from "./api";
import { day } from "./format";

const PAGE = 100;

/** The client's session after this one; null for the newest. */
export async function sessionAfter(numbers: SessionAnalytics): Promise<SessionAnalyticsSummary | null> {
  const path = { client_id: numbers.client_id };
  const page = (offset: number) =>
    unwrap(api.GET("/clients/{client_id}/sessions", { params: { path, query: { from_date: numbers.session_date, limit: PAGE, offset } } }));
  let list = await page(0);
  // newest first: this session and the one after it are at the end
  if (list.total > PAGE) list = await page(list.total - PAGE);
  const place = list.sessions.findIndex((session) => session.job_id === numbers.job_id);
  return list.sessions[place - 1] ?? null;
}

export function Neighbours({ detail, after }: { detail: SessionResponse; after: SessionAnalyticsSummary | null }) {
  const before = detail.comparison;
  return (
    <nav class="neighbours" aria-label="Sessions before and after">
      {before && <a rel="prev" href={`#/sessions/${before.previous_job_id}`}><span aria-hidden="true">‹ </span>Before: {day(before.previous_session_date)}</a>}
      {after && <a rel="next" href={`#/sessions/${after.job_id}`}>After: {day(after.session_date)}<span aria-hidden="true"> ›</span></a>}
      {!after && <span class="hint">the newest session</span>}
    </nav>
  );
}
