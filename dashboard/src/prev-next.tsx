// Links from a session to the same client's previous and next session.

import type { SessionAnalytics, SessionAnalyticsSummary, SessionResponse } from "../../api/client/schema";
import { api, unwrap } from "./api";
import { fullDate } from "./format";

const PAGE_SIZE = 100;

/** The client's next session; null for the latest. */
export async function nextSession(analytics: SessionAnalytics): Promise<SessionAnalyticsSummary | null> {
  const path = { client_id: analytics.client_id };
  const page = (offset: number) =>
    unwrap(api.GET("/clients/{client_id}/sessions", { params: { path, query: { from_date: analytics.session_date, limit: PAGE_SIZE, offset } } }));
  let list = await page(0);
  // newest first: this session and the next one are at the end
  if (list.total > PAGE_SIZE) list = await page(list.total - PAGE_SIZE);
  const index = list.sessions.findIndex((session) => session.job_id === analytics.job_id);
  return list.sessions[index - 1] ?? null;
}

export function PrevNext({ detail, next }: { detail: SessionResponse; next: SessionAnalyticsSummary | null }) {
  const previous = detail.comparison;
  return (
    <nav class="prev-next" aria-label="Previous and next session">
      {previous && <a rel="prev" href={`#/sessions/${previous.previous_job_id}`}><span aria-hidden="true">‹ </span>Previous: {fullDate(previous.previous_session_date)}</a>}
      {next && <a rel="next" href={`#/sessions/${next.job_id}`}>Next: {fullDate(next.session_date)}<span aria-hidden="true"> ›</span></a>}
      {!next && <span class="hint">Latest session</span>}
    </nav>
  );
}
