// One client: how great the risk is and why, and how the sessions have been going.

import type {
  ClientRisk, ClientSummary, ClientTrends, RiskScore, RiskScoreHistory, SessionAnalyticsSummary, SessionList, Window,
} from "../../../api/client/schema";
import { api, ApiError, unwrap } from "../api";
import { CueGrid } from "../charts/cue-grid";
import { LineChart } from "../charts/line";
import { TalkBars } from "../charts/talk-bars";
import { Explained } from "../tooltip";
import { change, clientName, day, number, percent, plural, shortDay, UNKNOWN, words } from "../format";
import { useLoad } from "../use-request";
import { Card, Level, Stat, State } from "../ui";
import { warning } from "../warnings";
import { Alerts } from "./alerts";
import { Factors } from "./factors";

const WINDOWS: [Window, string][] = [["30d", "30 days"], ["90d", "90 days"], ["all_time", "All time"]];
const HISTORY_DAYS = 120;
const PAGE = 100;

interface Client {
  summary: ClientSummary;
  risk: ClientRisk | null;
  trends: ClientTrends;
  sessions: SessionList;
}

export function ClientView({ id, window }: { id: string; window: Window }) {
  const client = useLoad(window, async (): Promise<Client> => {
    const path = { client_id: id };
    const [summary, risk, trends, sessions] = await Promise.all([
      unwrap(api.GET("/clients/{client_id}/summary", { params: { path, query: { window } } })),
      unwrap(api.GET("/clients/{client_id}/risk", { params: { path, query: { history_limit: HISTORY_DAYS } } })).catch(noneIfNotThere),
      unwrap(api.GET("/clients/{client_id}/trends", { params: { path, query: { window } } })),
      unwrap(api.GET("/clients/{client_id}/sessions", { params: { path, query: { limit: PAGE } } })),
    ]);
    return { summary, risk, trends, sessions };
  });
  const { data } = client;
  return (
    <>
      <nav class="crumbs" aria-label="Where you are"><a href="#/">Your practice</a> <span aria-hidden="true">›</span> {clientName(id)}</nav>
      <State of={client} missing="No sessions yet" missingHint="This client has no computed session so far, or is not one of yours." />
      {data && (
        <>
          <div class="title">
            <h1>{clientName(id)}</h1>
            <p>{plural(data.summary.session_count, "session")}, the last on {day(data.summary.latest_session_date)}</p>
            <nav class="switch" aria-label="Window">
              {WINDOWS.map(([value, label]) => (
                <a key={value} href={`#/clients/${id}?window=${value}`} aria-current={value === window ? "true" : undefined}>{label}</a>
              ))}
            </nav>
          </div>
          {data.summary.quality_warnings.map((code) => <p key={code} class="notice" role="note">{warning(code)}</p>)}
          {data.risk && data.risk.alerts.length > 0 && (
            <Card title="Open alerts" note={plural(data.risk.alerts.length, "alert")}>
              <Alerts alerts={data.risk.alerts} onChange={client.reload} />
            </Card>
          )}
          {data.risk ? <Risk risk={data.risk} /> : <Card title="Risk"><p class="hint">The risk is unknown: no day has been scored yet.</p></Card>}
          <div class={client.isBusy ? "trends is-busy" : "trends"}><Sessions data={data} /></div>
        </>
      )}
    </>
  );
}

/** The day of the score that this one is compared with. */
const scoredBefore = (history: RiskScoreHistory[], score: RiskScore): string => {
  const before = history.find((entry) => entry.as_of_date < score.as_of_date);
  return before ? shortDay(before.as_of_date) : "last scored";
};

const noneIfNotThere = (error: unknown): null => {
  if (error instanceof ApiError && error.kind === "not-found") return null;
  throw error;
};

function Risk({ risk: { risk_score: score, history } }: { risk: ClientRisk }) {
  return (
    <div class="columns risk">
      <Card title={<>Risk <Level level={score.risk_level} /></>} note={`as of ${day(score.as_of_date)}`}>
        <div class="headline">
          <Explained field="RiskScore.risk_score" label="Score" class="big">
            <span class={`score-value text-${score.risk_level}`}>{number(score.risk_score)}</span><span class="of">of 100</span>
          </Explained>
          <Explained field="RiskScore.score_change" label={`Since ${scoredBefore(history, score)}`}><strong>{change(score.score_change, 1)}</strong></Explained>
          <Explained field="RiskScore.trend" label="Trend"><strong>{score.trend ?? UNKNOWN}</strong></Explained>
        </div>
        <Explained field="RiskScore.recommended_action" label="What to do" class="action"><span>{score.recommended_action}</span></Explained>
        <LineChart
          name="Risk score" field="RiskScoreHistory.risk_score" label="Risk score, day by day" domain={[0, 100]} isRisk height={260}
          points={[...history].reverse().map((entry) => ({ date: entry.as_of_date, value: entry.risk_score, note: entry.risk_level }))}
          show={(value) => number(value)}
        />
      </Card>
      <Card title="What the risk is made of" note="points of the score"><Factors factors={score.factors} total={score.risk_score} /></Card>
    </div>
  );
}

function Sessions({ data: { summary, trends, sessions } }: { data: Client }) {
  const { client_analytics: numbers } = summary;
  const inWindow = sessions.sessions.filter((s) => s.session_date >= numbers.window_start && s.session_date <= numbers.window_end);
  const oldestFirst = [...inWindow].reverse();
  const points = (metric: string) =>
    (trends.trends[metric]?.data_points ?? []).map((p) => ({ date: p.date, value: p.value, href: `#/sessions/${p.job_id}` }));
  return (
    <>
      <div class="stats">
        <Stat field="ClientAnalytics.total_sessions" label="Sessions" value={number(numbers.total_sessions)} note={numbers.session_frequency_trend ? `frequency ${numbers.session_frequency_trend}` : "frequency unknown"} />
        <Stat field="ClientAnalytics.days_since_last_session" label="Days since the last" value={number(numbers.days_since_last_session)} />
        <Stat field="ClientAnalytics.average_engagement_score" label="Engagement" value={number(numbers.average_engagement_score)} note={numbers.engagement_trend ?? "trend unknown"} />
        <Stat field="ClientAnalytics.average_sentiment_score" label="Mood" value={change(numbers.average_sentiment_score, 2)} note={numbers.sentiment_trend ?? "trend unknown"} />
        <Stat field="ClientAnalytics.average_client_talk_percentage" label="Client talks" value={percent(numbers.average_client_talk_percentage)} note={numbers.talk_ratio_trend ? words(numbers.talk_ratio_trend) : "trend unknown"} />
        <Stat field="ClientAnalytics.resistance_to_commitment_ratio" label="Resistance per commitment" value={number(numbers.resistance_to_commitment_ratio, 1)} note={`${numbers.sessions_with_cue_evidence} of ${numbers.total_sessions} sessions read`} />
      </div>
      <div class="columns even">
        <Card title="Engagement" note="0 to 100">
          <LineChart name="Engagement" field="SessionAnalyticsSummary.engagement_score" label="Engagement of each session" domain={[0, 100]} points={points("engagement")} show={(v) => number(v)} />
        </Card>
        <Card title="Mood" note="−1 dark to +1 bright">
          <LineChart name="Mood" field="SessionAnalyticsSummary.client_sentiment_score" label="How the client sounded" domain={[-1, 1]} points={points("sentiment")} show={(v) => change(v, 2)} />
        </Card>
        <Card title="Who talks" note="share of each session"><TalkBars sessions={oldestFirst} /></Card>
        <Card title="Language cues" note="moments in each session"><CueGrid sessions={oldestFirst} /></Card>
      </div>
      <Card title="Sessions" note={sessions.total > sessions.sessions.length ? `the newest ${PAGE} of ${sessions.total}` : plural(inWindow.length, "session")}>
        <SessionTable sessions={inWindow} />
      </Card>
    </>
  );
}

function SessionTable({ sessions }: { sessions: SessionAnalyticsSummary[] }) {
  if (sessions.length === 0) return <p class="hint">No session in this window.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Sessions">
      <table>
        <thead>
          <tr>
            <th scope="col">Session</th>
            <th scope="col"><Explained field="SessionAnalyticsSummary.duration_minutes" label="Minutes" /></th>
            <th scope="col"><Explained field="SessionAnalyticsSummary.client_talk_percentage" label="Client talks" /></th>
            <th scope="col"><Explained field="SessionAnalyticsSummary.engagement_score" label="Engagement" /></th>
            <th scope="col"><Explained field="SessionAnalyticsSummary.client_sentiment_score" label="Mood" /></th>
            <th scope="col"><Explained field="SessionAnalyticsSummary.cue_count" label="Cues" /></th>
          </tr>
        </thead>
        <tbody>
          {sessions.map((s) => (
            <tr key={s.job_id}>
              <th scope="row">
                <a href={`#/sessions/${s.job_id}`}>{day(s.session_date)}</a>
                {s.has_warnings && <span class="why">read with care</span>}
              </th>
              <td>{number(s.duration_minutes)}</td>
              <td>{s.coach_talk_percentage + s.client_talk_percentage > 0 ? percent(s.client_talk_percentage) : UNKNOWN}</td>
              <td>{number(s.engagement_score)}</td>
              <td>{change(s.client_sentiment_score, 2)}</td>
              <td>{s.has_cue_evidence ? s.cue_count : UNKNOWN}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
