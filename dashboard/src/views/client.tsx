// One client's risk score with its factors, and trends over the sessions of a period.

import type {
  ClientRisk, ClientSummary, ClientTrends, RiskScore, RiskScoreHistory, SessionAnalyticsSummary, SessionList, Window,
} from "../../../api/client/schema";
import { api, ApiError, unwrap } from "../api";
import { CueGrid } from "../charts/cue-grid";
import { LineChart } from "../charts/line";
import { TalkBars } from "../charts/talk-bars";
import { clientName, fullDate, humanize, number, percent, plural, shortDate, signed, UNKNOWN } from "../format";
import { DescribedField } from "../tooltip";
import { Card, LevelBadge, RequestStatus, Stat } from "../ui";
import { useRequest } from "../use-request";
import { warningMessage } from "../warnings";
import { Alerts } from "./alerts";
import { Factors } from "./factors";

const WINDOWS: [Window, string][] = [["30d", "30 days"], ["90d", "90 days"], ["all_time", "All time"]];
const HISTORY_DAYS = 120;
const PAGE_SIZE = 100;

interface ClientData {
  summary: ClientSummary;
  risk: ClientRisk | null;
  trends: ClientTrends;
  sessions: SessionList;
}

export function ClientView({ id, window }: { id: string; window: Window }) {
  const request = useRequest(window, async (): Promise<ClientData> => {
    const path = { client_id: id };
    const [summary, risk, trends, sessions] = await Promise.all([
      unwrap(api.GET("/clients/{client_id}/summary", { params: { path, query: { window } } })),
      unwrap(api.GET("/clients/{client_id}/risk", { params: { path, query: { history_limit: HISTORY_DAYS } } })).catch(nullIfNotFound),
      unwrap(api.GET("/clients/{client_id}/trends", { params: { path, query: { window } } })),
      unwrap(api.GET("/clients/{client_id}/sessions", { params: { path, query: { limit: PAGE_SIZE } } })),
    ]);
    return { summary, risk, trends, sessions };
  });
  const { data } = request;
  return (
    <>
      <nav class="breadcrumbs" aria-label="Breadcrumb"><a href="#/">Your practice</a> <span aria-hidden="true">›</span> {clientName(id)}</nav>
      <RequestStatus request={request} notFoundTitle="No sessions yet" notFoundHint="This client has no analysed sessions, or is not one of your clients." />
      {data && (
        <>
          <div class="title">
            <h1>{clientName(id)}</h1>
            <p>{plural(data.summary.session_count, "session")}, the latest on {fullDate(data.summary.latest_session_date)}</p>
            <nav class="period-switch" aria-label="Period">
              {WINDOWS.map(([value, label]) => (
                <a key={value} href={`#/clients/${id}?window=${value}`} aria-current={value === window ? "true" : undefined}>{label}</a>
              ))}
            </nav>
          </div>
          {data.summary.quality_warnings.map((code) => <p key={code} class="notice" role="note">{warningMessage(code)}</p>)}
          {data.risk && data.risk.alerts.length > 0 && (
            <Card title="Open alerts" note={plural(data.risk.alerts.length, "alert")}>
              <Alerts alerts={data.risk.alerts} onChange={request.reload} />
            </Card>
          )}
          {data.risk ? <Risk risk={data.risk} /> : <Card title="Risk"><p class="hint">The risk score has not been computed yet.</p></Card>}
          <div class={request.isLoading ? "trends is-loading" : "trends"}><Sessions data={data} /></div>
        </>
      )}
    </>
  );
}

/** The date of the score that `score_change` refers to. */
const previousScoreDate = (history: RiskScoreHistory[], score: RiskScore): string => {
  const previous = history.find((entry) => entry.as_of_date < score.as_of_date);
  return previous ? shortDate(previous.as_of_date) : "previous score";
};

const nullIfNotFound = (error: unknown): null => {
  if (error instanceof ApiError && error.kind === "not-found") return null;
  throw error;
};

function Risk({ risk: { risk_score: score, history } }: { risk: ClientRisk }) {
  return (
    <div class="columns risk">
      <Card title={<>Risk <LevelBadge level={score.risk_level} /></>} note={`as of ${fullDate(score.as_of_date)}`}>
        <div class="headline">
          <DescribedField field="RiskScore.risk_score" label="Score" class="main-value">
            <span class={`score-value text-${score.risk_level}`}>{number(score.risk_score)}</span><span class="of">of 100</span>
          </DescribedField>
          <DescribedField field="RiskScore.score_change" label={`Since ${previousScoreDate(history, score)}`}><strong>{signed(score.score_change, 1)}</strong></DescribedField>
          <DescribedField field="RiskScore.trend" label="Trend"><strong>{score.trend ?? UNKNOWN}</strong></DescribedField>
        </div>
        <DescribedField field="RiskScore.recommended_action" label="Recommended action" class="action"><span>{score.recommended_action}</span></DescribedField>
        <LineChart
          name="Risk score" field="RiskScoreHistory.risk_score" label="Risk score by date" domain={[0, 100]} isRisk height={260}
          points={[...history].reverse().map((entry) => ({ date: entry.as_of_date, value: entry.risk_score, note: entry.risk_level }))}
          format={(value) => number(value)}
        />
      </Card>
      <Card title="Risk factors" note="points of the risk score"><Factors factors={score.factors} total={score.risk_score} /></Card>
    </div>
  );
}

function Sessions({ data: { summary, trends, sessions } }: { data: ClientData }) {
  const { client_analytics: analytics } = summary;
  const inWindow = sessions.sessions.filter((s) => s.session_date >= analytics.window_start && s.session_date <= analytics.window_end);
  const oldestFirst = [...inWindow].reverse();
  const points = (metric: string) =>
    (trends.trends[metric]?.data_points ?? []).map((p) => ({ date: p.date, value: p.value, href: `#/sessions/${p.job_id}` }));
  return (
    <>
      <div class="stats">
        <Stat field="ClientAnalytics.total_sessions" label="Sessions" value={number(analytics.total_sessions)} note={analytics.session_frequency_trend ? `frequency ${analytics.session_frequency_trend}` : "frequency unknown"} />
        <Stat field="ClientAnalytics.days_since_last_session" label="Days since last session" value={number(analytics.days_since_last_session)} />
        <Stat field="ClientAnalytics.average_engagement_score" label="Engagement" value={number(analytics.average_engagement_score)} note={analytics.engagement_trend ?? "trend unknown"} />
        <Stat field="ClientAnalytics.average_sentiment_score" label="Sentiment" value={signed(analytics.average_sentiment_score, 2)} note={analytics.sentiment_trend ?? "trend unknown"} />
        <Stat field="ClientAnalytics.average_client_talk_percentage" label="Client talk time" value={percent(analytics.average_client_talk_percentage)} note={analytics.talk_ratio_trend ? humanize(analytics.talk_ratio_trend) : "trend unknown"} />
        <Stat field="ClientAnalytics.resistance_to_commitment_ratio" label="Resistance per commitment" value={number(analytics.resistance_to_commitment_ratio, 1)} note={`based on ${analytics.sessions_with_cue_evidence} of ${analytics.total_sessions} sessions`} />
      </div>
      <div class="columns even">
        <Card title="Engagement" note="0 to 100">
          <LineChart name="Engagement" field="SessionAnalyticsSummary.engagement_score" label="Engagement by session" domain={[0, 100]} points={points("engagement")} format={(v) => number(v)} />
        </Card>
        <Card title="Sentiment" note="−1 negative to +1 positive">
          <LineChart name="Sentiment" field="SessionAnalyticsSummary.client_sentiment_score" label="Client sentiment by session" domain={[-1, 1]} points={points("sentiment")} format={(v) => signed(v, 2)} />
        </Card>
        <Card title="Talk time" note="% of each session"><TalkBars sessions={oldestFirst} /></Card>
        <Card title="Language cues" note="number in each session"><CueGrid sessions={oldestFirst} /></Card>
      </div>
      <Card title="Sessions" note={sessions.total > sessions.sessions.length ? `the latest ${PAGE_SIZE} of ${sessions.total}` : plural(inWindow.length, "session")}>
        <SessionTable sessions={inWindow} />
      </Card>
    </>
  );
}

function SessionTable({ sessions }: { sessions: SessionAnalyticsSummary[] }) {
  if (sessions.length === 0) return <p class="hint">No sessions in this period.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Sessions">
      <table>
        <thead>
          <tr>
            <th scope="col">Session</th>
            <th scope="col"><DescribedField field="SessionAnalyticsSummary.duration_minutes" label="Minutes" /></th>
            <th scope="col"><DescribedField field="SessionAnalyticsSummary.client_talk_percentage" label="Client talk time" /></th>
            <th scope="col"><DescribedField field="SessionAnalyticsSummary.engagement_score" label="Engagement" /></th>
            <th scope="col"><DescribedField field="SessionAnalyticsSummary.client_sentiment_score" label="Sentiment" /></th>
            <th scope="col"><DescribedField field="SessionAnalyticsSummary.cue_count" label="Cues" /></th>
          </tr>
        </thead>
        <tbody>
          {sessions.map((s) => (
            <tr key={s.job_id}>
              <th scope="row">
                <a href={`#/sessions/${s.job_id}`}>{fullDate(s.session_date)}</a>
                {s.has_warnings && <span class="row-note">has warnings</span>}
              </th>
              <td>{number(s.duration_minutes)}</td>
              <td>{s.coach_talk_percentage + s.client_talk_percentage > 0 ? percent(s.client_talk_percentage) : UNKNOWN}</td>
              <td>{number(s.engagement_score)}</td>
              <td>{signed(s.client_sentiment_score, 2)}</td>
              <td>{s.has_cue_evidence ? s.cue_count : UNKNOWN}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
