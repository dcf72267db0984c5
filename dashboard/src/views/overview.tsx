// The practice at a glance: what needs attention first.

import { useState } from "preact/hooks";
import type { AtRiskClient, AtRiskClients, CoachSummary } from "../../../api/client/schema";
import { api, unwrap } from "../api";
import { Explained } from "../tooltip";
import { capital, change, clientName, day, number, plural } from "../format";
import { useLoad } from "../use-request";
import { Card, Level, Stat, State } from "../ui";
import { Alerts, bySeverity } from "./alerts";

const LEVELS = ["critical", "high", "medium", "low"] as const;
const PAGE = 100;

export function Overview() {
  const practice = useLoad("practice", async () => {
    const [summary, clients, alerts] = await Promise.all([
      unwrap(api.GET("/coach/summary")),
      unwrap(api.GET("/coach/at-risk-clients", { params: { query: { min_level: "low", limit: PAGE } } })),
      unwrap(api.GET("/risk/alerts", { params: { query: { status: "pending", limit: PAGE } } })),
    ]);
    return { summary, clients, alerts };
  });
  const { data } = practice;
  return (
    <>
      <State of={practice} missing="Nothing here" missingHint="There is no practice under this token." />
      {data && (
        <>
          <div class="title">
            <h1>Your practice</h1>
            {data.clients.clients[0] && <p>as of {day(data.clients.clients[0].as_of_date)}</p>}
          </div>
          <Numbers summary={data.summary} />
          <div class="columns">
            <Card title="Open alerts" note={plural(data.alerts.total, "alert")} class="alerts-card">
              <Alerts alerts={bySeverity(data.alerts.alerts)} onChange={practice.reload} showClient />
            </Card>
            <div class="stack">
              <Card title="Clients by risk"><Distribution summary={data.summary} /></Card>
              <Clients list={data.clients} />
            </div>
          </div>
        </>
      )}
    </>
  );
}

function Numbers({ summary }: { summary: CoachSummary }) {
  return (
    <div class="stats">
      <Stat field="CoachSummary.clients_at_risk" label="At risk" value={number(summary.clients_at_risk)}
        tone={summary.clients_at_risk > 0 ? "is-bad" : "is-good"} note={`of ${plural(summary.total_clients, "client")}`} />
      <Stat field="CoachSummary.total_clients" label="Clients" value={number(summary.total_clients)} note="with a session" />
      <Stat field="CoachSummary.sessions_this_month" label="Sessions this month" value={number(summary.sessions_this_month)} note="this calendar month" />
      <Stat field="CoachSummary.average_engagement" label="Average engagement" value={number(summary.average_engagement)} note="out of 100, last 90 days" />
    </div>
  );
}

function Distribution({ summary }: { summary: CoachSummary }) {
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
            <Explained field={`RiskDistribution.${level}`} label={capital(level)}>
              <span class={`swatch fill-${level}`} aria-hidden="true" /><strong>{counts[level]}</strong>
            </Explained>
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
      note={<button type="button" class="quiet" aria-pressed={showAll} onClick={() => setShowAll(!showAll)}>{showAll ? "Only those at risk" : `Show all ${list.total}`}</button>}
    >
      {shown.length === 0 && <p class="hint">No client is at risk.</p>}
      {shown.length > 0 && (
        <table class="clients">
          <thead>
            <tr>
              <th scope="col">Client</th>
              <th scope="col"><Explained field="AtRiskClient.risk_score" label="Risk" /></th>
              <th scope="col" class="wide"><Explained field="AtRiskClient.score_change" label="Since last scored" /></th>
              <th scope="col"><Explained field="AtRiskClient.days_since_last_session" label="Silent" /></th>
            </tr>
          </thead>
          <tbody>{shown.map((client) => <Row key={client.client_id} client={client} />)}</tbody>
        </table>
      )}
      <p class="hint">Clients go by the beginning of their id: the warehouse holds no names. A front end that knows them shows them in its place.</p>
      {showAll && list.total > list.clients.length && <p class="hint">The {PAGE} with the greatest risk of {list.total}.</p>}
    </Card>
  );
}

function Row({ client }: { client: AtRiskClient }) {
  return (
    <tr>
      <th scope="row">
        <a href={`#/clients/${client.client_id}`}>{clientName(client.client_id)}</a>
        <span class="why">{client.top_factor ? `Mostly ${FACTOR_WORDS[client.top_factor]}. ${client.recommended_action}` : "Nothing worries."}</span>
      </th>
      <td><span class={`score text-${client.risk_level}`}>{number(client.risk_score)}</span> <Level level={client.risk_level} /></td>
      <td class="wide">{change(client.score_change, 1)}</td>
      <td>{plural(client.days_since_last_session, "day")}</td>
    </tr>
  );
}

const FACTOR_WORDS: Record<NonNullable<AtRiskClient["top_factor"]>, string> = {
  session_frequency: "too few sessions",
  engagement_trend: "falling engagement",
  sentiment_trend: "darker mood",
  resistance_ratio: "resistance",
  days_since_session: "silence",
};
