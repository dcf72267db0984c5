// The coach's open alerts, clients by risk and summary numbers.

import { useState } from "preact/hooks";
import type { AtRiskClient, AtRiskClients, CoachSummary } from "../../../api/client/schema";
import { api, unwrap } from "../api";
import { capitalize, clientName, fullDate, number, plural, signed } from "../format";
import { DescribedField } from "../tooltip";
import { Card, LevelBadge, RequestStatus, Stat } from "../ui";
import { useRequest } from "../use-request";
import { Alerts, bySeverity } from "./alerts";

const LEVELS = ["critical", "high", "medium", "low"] as const;
const PAGE_SIZE = 100;

export function Overview() {
  const overview = useRequest("overview", async () => {
    const [summary, clients, alerts] = await Promise.all([
      unwrap(api.GET("/coach/summary")),
      unwrap(api.GET("/coach/at-risk-clients", { params: { query: { min_level: "low", limit: PAGE_SIZE } } })),
      unwrap(api.GET("/risk/alerts", { params: { query: { status: "pending", limit: PAGE_SIZE } } })),
    ]);
    return { summary, clients, alerts };
  });
  const { data } = overview;
  return (
    <>
      <RequestStatus request={overview} notFoundTitle="Not found" notFoundHint="There is no data for this coach." />
      {data && (
        <>
          <div class="title">
            <h1>Your practice</h1>
            {data.clients.clients[0] && <p>as of {fullDate(data.clients.clients[0].as_of_date)}</p>}
          </div>
          <SummaryStats summary={data.summary} />
          <div class="columns">
            <Card title="Open alerts" note={plural(data.alerts.total, "alert")} class="alerts-card">
              <Alerts alerts={bySeverity(data.alerts.alerts)} onChange={overview.reload} showClient />
            </Card>
            <div class="stack">
              <Card title="Clients by risk"><RiskDistributionChart summary={data.summary} /></Card>
              <Clients list={data.clients} />
            </div>
          </div>
        </>
      )}
    </>
  );
}

function SummaryStats({ summary }: { summary: CoachSummary }) {
  return (
    <div class="stats">
      <Stat field="CoachSummary.clients_at_risk" label="At risk" value={number(summary.clients_at_risk)}
        tone={summary.clients_at_risk > 0 ? "is-bad" : "is-good"} note={`of ${plural(summary.total_clients, "client")}`} />
      <Stat field="CoachSummary.total_clients" label="Clients" value={number(summary.total_clients)} note="with at least one session" />
      <Stat field="CoachSummary.sessions_this_month" label="Sessions this month" value={number(summary.sessions_this_month)} note="this calendar month" />
      <Stat field="CoachSummary.average_engagement" label="Average engagement" value={number(summary.average_engagement)} note="out of 100, last 90 days" />
    </div>
  );
}

function RiskDistributionChart({ summary }: { summary: CoachSummary }) {
  const counts = summary.risk_distribution;
  return (
    <div class="distribution">
      <div class="distribution-bar" aria-hidden="true">
        {LEVELS.map((level) => counts[level] > 0 && (
          <span key={level} class={`fill-${level}`} style={{ flexGrow: counts[level] }} />
        ))}
      </div>
      <ul class="legend">
        {LEVELS.map((level) => (
          <li key={level}>
            <DescribedField field={`RiskDistribution.${level}`} label={capitalize(level)}>
              <span class={`swatch fill-${level}`} aria-hidden="true" /><strong>{counts[level]}</strong>
            </DescribedField>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Clients({ list }: { list: AtRiskClients }) {
  const [showAll, setShowAll] = useState(false);
  const atRisk = list.clients.filter((client) => client.risk_level === "high" || client.risk_level === "critical");
  const shown = showAll ? list.clients : atRisk;
  return (
    <Card
      title={showAll ? "All clients" : "Clients at risk"}
      note={<button type="button" class="secondary" aria-pressed={showAll} onClick={() => setShowAll(!showAll)}>{showAll ? "Show clients at risk" : `Show all ${list.total} clients`}</button>}
    >
      {shown.length === 0 && <p class="hint">No clients are at risk.</p>}
      {shown.length > 0 && (
        <table class="clients">
          <thead>
            <tr>
              <th scope="col">Client</th>
              <th scope="col"><DescribedField field="AtRiskClient.risk_score" label="Risk" /></th>
              <th scope="col" class="wide"><DescribedField field="AtRiskClient.score_change" label="Since previous score" /></th>
              <th scope="col"><DescribedField field="AtRiskClient.days_since_last_session" label="Last session" /></th>
            </tr>
          </thead>
          <tbody>{shown.map((client) => <Row key={client.client_id} client={client} />)}</tbody>
        </table>
      )}
      <p class="hint">Clients are shown by the first characters of their id, because this database holds no names.</p>
      {showAll && list.total > list.clients.length && <p class="hint">The {PAGE_SIZE} clients with the highest risk, of {list.total}.</p>}
    </Card>
  );
}

function Row({ client }: { client: AtRiskClient }) {
  return (
    <tr>
      <th scope="row">
        <a href={`#/clients/${client.client_id}`}>{clientName(client.client_id)}</a>
        <span class="row-note">{client.top_factor ? `Main reason: ${FACTOR_PHRASES[client.top_factor]}. ${client.recommended_action}` : "No risk factor."}</span>
      </th>
      <td><span class={`score text-${client.risk_level}`}>{number(client.risk_score)}</span> <LevelBadge level={client.risk_level} /></td>
      <td class="wide">{signed(client.score_change, 1)}</td>
      <td>{plural(client.days_since_last_session, "day")} ago</td>
    </tr>
  );
}

const FACTOR_PHRASES: Record<NonNullable<AtRiskClient["top_factor"]>, string> = {
  session_frequency: "fewer sessions",
  engagement_trend: "falling engagement",
  sentiment_trend: "falling sentiment",
  resistance_ratio: "resistance",
  days_since_session: "time since the last session",
};
