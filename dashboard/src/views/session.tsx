// One session: talk time, the client's language cues, the coach's questions, changes since the previous session.

import { useRef } from "preact/hooks";
import type { LanguageCue, SessionAnalytics, SessionComparison } from "../../../api/client/schema";
import { api, unwrap } from "../api";
import { CUE_TONES } from "../cues";
import { capitalize, clientName, duration, fullDate, number, percent, plural, signed, UNKNOWN } from "../format";
import { nextSession, PrevNext } from "../prev-next";
import { DescribedField } from "../tooltip";
import { Card, RequestStatus, Stat } from "../ui";
import { useRequest } from "../use-request";
import { warningMessage } from "../warnings";

export function SessionView({ id }: { id: string }) {
  const request = useRequest(id, async () => {
    const detail = await unwrap(api.GET("/sessions/{job_id}", { params: { path: { job_id: id } } }));
    return { detail, next: await nextSession(detail.session_analytics) };
  });
  const data = request.data?.detail;
  const analytics = data?.session_analytics;
  return (
    <>
      <nav class="breadcrumbs" aria-label="Breadcrumb">
        <a href="#/">Your practice</a> <span aria-hidden="true">›</span>{" "}
        {analytics && <><a href={`#/clients/${analytics.client_id}`}>{clientName(analytics.client_id)}</a> <span aria-hidden="true">›</span> {fullDate(analytics.session_date)}</>}
      </nav>
      <RequestStatus request={request} notFoundTitle="Session not found" notFoundHint="It does not exist, or it is not one of your sessions." />
      {data && analytics && (
        <>
          <div class="title"><h1>Session on {fullDate(analytics.session_date)}</h1><p>{duration(analytics.total_duration_seconds)} minutes</p>
            <PrevNext detail={data} next={request.data?.next ?? null} /></div>
          {analytics.quality_warnings.length > 0 && (
            <div class="notice" role="note">
              <div><strong>Data quality warnings</strong>
                <ul>{analytics.quality_warnings.map((code) => <li key={code}>{warningMessage(code)}</li>)}</ul></div>
            </div>
          )}
          <div class="stats">
            <Stat field="SessionAnalytics.engagement_score" label="Engagement" value={number(analytics.engagement_score)} note="out of 100" />
            <Stat field="SessionAnalytics.client_sentiment_score" label="Client sentiment" value={signed(analytics.client_sentiment_score, 2)} note="−1 negative to +1 positive" />
            <Stat field="SessionAnalytics.response_elaboration_score" label="Detail of answers" value={number(analytics.response_elaboration_score)} note="out of 100" />
            <Stat field="SessionAnalytics.interruption_count" label="Interruptions" value={number(analytics.interruption_count)} note={`${analytics.interruptions_by_coach} by you`} />
          </div>
          <Card title="Talk time" note={`of ${duration(analytics.total_duration_seconds)}`}><TalkTime analytics={analytics} /></Card>
          <div class="columns session">
            <Card title="Language cues" note={analytics.has_cue_evidence ? plural(data.cues.length, "cue") : UNKNOWN}>
              <Cues cues={data.cues} analytics={analytics} />
            </Card>
            <div class="stack">
              <Card title="Your questions"><Questions analytics={analytics} /></Card>
              <Card title="Changes since the previous session" note={data.comparison && fullDate(data.comparison.previous_session_date)}><Comparison comparison={data.comparison} /></Card>
            </div>
          </div>
        </>
      )}
    </>
  );
}

function TalkTime({ analytics }: { analytics: SessionAnalytics }) {
  const isKnown = analytics.coach_turns + analytics.client_turns > 0;
  if (!isKnown) return <p class="hint">Unknown: the speakers could not be identified as coach and client.</p>;
  const shares = [
    ["coach", "You", "SessionAnalytics.coach_talk_time_seconds", analytics.coach_talk_time_seconds, percent(analytics.coach_talk_percentage)],
    ["client", "Client", "SessionAnalytics.client_talk_time_seconds", analytics.client_talk_time_seconds, percent(analytics.client_talk_percentage)],
    ["silence", "Silence", "SessionAnalytics.silence_time_seconds", analytics.silence_time_seconds, ""],
  ] as const;
  return (
    <>
      <div class="talk-bar" aria-hidden="true">
        {shares.map(([speaker, , , seconds]) => seconds > 0 && <span key={speaker} class={`fill-${speaker}`} style={{ flexGrow: seconds }} />)}
      </div>
      <ul class="legend talk">
        {shares.map(([speaker, label, field, seconds, share]) => (
          <li key={speaker}>
            <DescribedField field={field} label={label}>
              <span class={`swatch fill-${speaker}`} aria-hidden="true" /><strong>{duration(seconds)}</strong> <span class="hint">{share}</span>
            </DescribedField>
          </li>
        ))}
      </ul>
    </>
  );
}

function Cues({ cues, analytics }: { cues: LanguageCue[]; analytics: SessionAnalytics }) {
  const list = useRef<HTMLOListElement>(null);
  if (!analytics.has_cue_evidence) return <p class="hint">Unknown: this session has not been searched for cues.</p>;
  if (cues.length === 0) return <p class="hint">No cues were found.</p>;
  const utterances = groupByUtterance(cues);
  const total = Math.max(analytics.total_duration_seconds, 1);
  const show = (index: number) => {
    const item = list.current?.children[index] as HTMLElement | undefined;
    item?.focus();
    item?.scrollIntoView({ block: "center" });
  };
  return (
    <>
      <div class="timeline">
        {utterances.map(([cue, ...more], index) => {
          const label = `${[cue, ...more].map((each) => capitalize(each.cue_type)).join(", ")} at ${duration(cue.timestamp)}`;
          return (
            <button key={cue.id} type="button" class={`timeline-marker tone-${CUE_TONES[cue.cue_type]}`} title={label} aria-label={label}
              style={{ left: `${(100 * cue.timestamp) / total}%` }} onClick={() => show(index)} />
          );
        })}
      </div>
      <p class="timeline-ends" aria-hidden="true"><span>0:00</span><span>{duration(analytics.total_duration_seconds)}</span></p>
      <ol class="cues" ref={list}>{utterances.map((group) => <UtteranceCues key={group[0].id} cues={group} />)}</ol>
    </>
  );
}

/** The cues of one utterance. */
function UtteranceCues({ cues }: { cues: [LanguageCue, ...LanguageCue[]] }) {
  const [first] = cues;
  return (
    <li tabIndex={-1} class={`cue tone-${CUE_TONES[first.cue_type]}`}>
      <div class="cue-head">
        <span class="cue-time">{duration(first.timestamp)}</span>
        {cues.map((cue) => (
          <span key={cue.id} class="cue-name">
            <span class={`badge tone-${CUE_TONES[cue.cue_type]}`}>{capitalize(cue.cue_type)}</span>
            <DescribedField field="LanguageCue.confidence" label="Confidence"><span class="hint"> {percent(cue.confidence * 100)}</span></DescribedField>
          </span>
        ))}
      </div>
      {first.preceding_context && <p class="context" dir="auto">{first.preceding_context}</p>}
      {[...new Set(cues.map((cue) => cue.text_excerpt))].map((text) => <blockquote key={text} dir="auto">{text}</blockquote>)}
      {cues.map((cue) => cue.interpretation && <p key={cue.id} class="hint" dir="auto">{cue.interpretation}</p>)}
    </li>
  );
}

function groupByUtterance(cues: LanguageCue[]): [LanguageCue, ...LanguageCue[]][] {
  const groups = new Map<string, [LanguageCue, ...LanguageCue[]]>();
  for (const cue of cues) {
    const group = groups.get(cue.utterance_id);
    if (group) group.push(cue);
    else groups.set(cue.utterance_id, [cue]);
  }
  return [...groups.values()];
}

function Questions({ analytics }: { analytics: SessionAnalytics }) {
  if (analytics.coach_turns === 0) return <p class="hint">Unknown: no utterances were identified as yours.</p>;
  const { open_question_count: open, closed_question_count: closed } = analytics;
  return (
    <>
      {open + closed > 0 && (
        <div class="talk-bar slim" aria-hidden="true">
          {open > 0 && <span class="fill-open" style={{ flexGrow: open }} />}{closed > 0 && <span class="fill-closed" style={{ flexGrow: closed }} />}
        </div>
      )}
      <ul class="legend">
        <li><DescribedField field="SessionAnalytics.open_question_count" label="Open"><span class="swatch fill-open" aria-hidden="true" /><strong>{open}</strong></DescribedField></li>
        <li><DescribedField field="SessionAnalytics.closed_question_count" label="Closed"><span class="swatch fill-closed" aria-hidden="true" /><strong>{closed}</strong></DescribedField></li>
        <li><DescribedField field="SessionAnalytics.question_to_statement_ratio" label="Questions per statement"><strong>{number(analytics.question_to_statement_ratio, 2)}</strong></DescribedField></li>
      </ul>
    </>
  );
}

function Comparison({ comparison }: { comparison: SessionComparison | null }) {
  if (!comparison) return <p class="hint">This is the first session.</p>;
  return (
    <>
      <dl class="changes">
        <div><dt><DescribedField field="SessionComparison.engagement_change" label="Engagement" /></dt><dd>{signed(comparison.engagement_change, 1)}</dd></div>
        <div><dt><DescribedField field="SessionComparison.sentiment_change" label="Sentiment" /></dt><dd>{signed(comparison.sentiment_change, 2)}</dd></div>
        <div><dt><DescribedField field="SessionComparison.talk_ratio_change" label="Client talk time" /></dt><dd>{signed(comparison.talk_ratio_change, 1)}</dd></div>
      </dl>
      {comparison.notable_changes.map((sentence) => <p key={sentence}>{sentence}</p>)}
      {comparison.notable_changes.length === 0 && <p class="hint">No notable changes.</p>}
    </>
  );
}
