// One session: who talked, what the client's words gave away and when, and how it differs from the one before.

import { useRef } from "preact/hooks";
import type { LanguageCue, SessionAnalytics, SessionComparison } from "../../../api/client/schema";
import { api, unwrap } from "../api";
import { CUES } from "../cues";
import { Explained } from "../tooltip";
import { capital, change, clientName, clock, day, number, percent, plural, UNKNOWN } from "../format";
import { useLoad } from "../use-request";
import { Neighbours, sessionAfter } from "../prev-next";
import { Card, Stat, State } from "../ui";
import { warning } from "../warnings";

export function SessionView({ id }: { id: string }) {
  const session = useLoad(id, async () => {
    const detail = await unwrap(api.GET("/sessions/{job_id}", { params: { path: { job_id: id } } }));
    return { detail, after: await sessionAfter(detail.session_analytics) };
  });
  const data = session.data?.detail;
  const numbers = data?.session_analytics;
  return (
    <>
      <nav class="crumbs" aria-label="Where you are">
        <a href="#/">Your practice</a> <span aria-hidden="true">›</span>{" "}
        {numbers && <><a href={`#/clients/${numbers.client_id}`}>{clientName(numbers.client_id)}</a> <span aria-hidden="true">›</span> {day(numbers.session_date)}</>}
      </nav>
      <State of={session} missing="No such session" missingHint="It isn't there, or it is not one of yours." />
      {data && numbers && (
        <>
          <div class="title"><h1>Session of {day(numbers.session_date)}</h1><p>{clock(numbers.total_duration_seconds)} minutes</p>
            <Neighbours detail={data} after={session.data?.after ?? null} /></div>
          {numbers.quality_warnings.length > 0 && (
            <div class="notice" role="note">
              <div><strong>Read these numbers with care.</strong>
                <ul>{numbers.quality_warnings.map((code) => <li key={code}>{warning(code)}</li>)}</ul></div>
            </div>
          )}
          <div class="stats">
            <Stat field="SessionAnalytics.engagement_score" label="Engagement" value={number(numbers.engagement_score)} note="out of 100" />
            <Stat field="SessionAnalytics.client_sentiment_score" label="Client's mood" value={change(numbers.client_sentiment_score, 2)} note="−1 dark to +1 bright" />
            <Stat field="SessionAnalytics.response_elaboration_score" label="Detail of answers" value={number(numbers.response_elaboration_score)} note="out of 100" />
            <Stat field="SessionAnalytics.interruption_count" label="Interruptions" value={number(numbers.interruption_count)} note={`${numbers.interruptions_by_coach} by you`} />
          </div>
          <Card title="Talk time" note={`of ${clock(numbers.total_duration_seconds)}`}><TalkTime numbers={numbers} /></Card>
          <div class="columns session">
            <Card title="Language cues" note={numbers.has_cue_evidence ? plural(data.cues.length, "cue") : UNKNOWN}>
              <Cues cues={data.cues} numbers={numbers} />
            </Card>
            <div class="stack">
              <Card title="Your questions"><Questions numbers={numbers} /></Card>
              <Card title="Since the session before" note={data.comparison && day(data.comparison.previous_session_date)}><Comparison comparison={data.comparison} /></Card>
            </div>
          </div>
        </>
      )}
    </>
  );
}

function TalkTime({ numbers }: { numbers: SessionAnalytics }) {
  const isKnown = numbers.coach_turns + numbers.client_turns > 0;
  if (!isKnown) return <p class="hint">Unknown: nobody could be recognised as coach or client.</p>;
  const parts = [
    ["coach", "You", "SessionAnalytics.coach_talk_time_seconds", numbers.coach_talk_time_seconds, percent(numbers.coach_talk_percentage)],
    ["client", "Client", "SessionAnalytics.client_talk_time_seconds", numbers.client_talk_time_seconds, percent(numbers.client_talk_percentage)],
    ["silence", "Silence", "SessionAnalytics.silence_time_seconds", numbers.silence_time_seconds, ""],
  ] as const;
  return (
    <>
      <div class="talk-bar" aria-hidden="true">
        {parts.map(([who, , , seconds]) => seconds > 0 && <span key={who} class={`fill-${who}`} style={{ flexGrow: seconds }} />)}
      </div>
      <ul class="legend talk">
        {parts.map(([who, label, field, seconds, share]) => (
          <li key={who}>
            <Explained field={field} label={label}>
              <span class={`swatch fill-${who}`} aria-hidden="true" /><strong>{clock(seconds)}</strong> <span class="hint">{share}</span>
            </Explained>
          </li>
        ))}
      </ul>
    </>
  );
}

function Cues({ cues, numbers }: { cues: LanguageCue[]; numbers: SessionAnalytics }) {
  const list = useRef<HTMLOListElement>(null);
  if (!numbers.has_cue_evidence) return <p class="hint">Unknown: this session has not been read for cues.</p>;
  if (cues.length === 0) return <p class="hint">The session was read, and no cue was found.</p>;
  const moments = byUtterance(cues);
  const total = Math.max(numbers.total_duration_seconds, 1);
  const show = (index: number) => {
    const item = list.current?.children[index] as HTMLElement | undefined;
    item?.focus();
    item?.scrollIntoView({ block: "center" });
  };
  return (
    <>
      <div class="moments">
        {moments.map(([cue, ...more], index) => {
          const label = `${[cue, ...more].map((each) => capital(each.cue_type)).join(", ")} at ${clock(cue.timestamp)}`;
          return (
            <button key={cue.id} type="button" class={`moment tone-${CUES[cue.cue_type]}`} title={label} aria-label={label}
              style={{ left: `${(100 * cue.timestamp) / total}%` }} onClick={() => show(index)} />
          );
        })}
      </div>
      <p class="moments-ends" aria-hidden="true"><span>0:00</span><span>{clock(numbers.total_duration_seconds)}</span></p>
      <ol class="cues" ref={list}>{moments.map((moment) => <Moment key={moment[0].id} cues={moment} />)}</ol>
    </>
  );
}

/** What was said, and everything that it gave away. */
function Moment({ cues }: { cues: [LanguageCue, ...LanguageCue[]] }) {
  const [first] = cues;
  return (
    <li tabIndex={-1} class={`cue tone-${CUES[first.cue_type]}`}>
      <div class="cue-head">
        <span class="cue-time">{clock(first.timestamp)}</span>
        {cues.map((cue) => (
          <span key={cue.id} class="cue-name">
            <span class={`chip tone-${CUES[cue.cue_type]}`}>{capital(cue.cue_type)}</span>
            <Explained field="LanguageCue.confidence" label="sure"><span class="hint"> to {percent(cue.confidence * 100)}</span></Explained>
          </span>
        ))}
      </div>
      {first.preceding_context && <p class="context" dir="auto">{first.preceding_context}</p>}
      {[...new Set(cues.map((cue) => cue.text_excerpt))].map((text) => <blockquote key={text} dir="auto">{text}</blockquote>)}
      {cues.map((cue) => cue.interpretation && <p key={cue.id} class="hint" dir="auto">{cue.interpretation}</p>)}
    </li>
  );
}

function byUtterance(cues: LanguageCue[]): [LanguageCue, ...LanguageCue[]][] {
  const moments = new Map<string, [LanguageCue, ...LanguageCue[]]>();
  for (const cue of cues) {
    const before = moments.get(cue.utterance_id);
    if (before) before.push(cue);
    else moments.set(cue.utterance_id, [cue]);
  }
  return [...moments.values()];
}

function Questions({ numbers }: { numbers: SessionAnalytics }) {
  if (numbers.coach_turns === 0) return <p class="hint">Unknown: no words of the coach were recognised.</p>;
  const { open_question_count: open, closed_question_count: closed } = numbers;
  return (
    <>
      {open + closed > 0 && (
        <div class="talk-bar slim" aria-hidden="true">
          {open > 0 && <span class="fill-open" style={{ flexGrow: open }} />}{closed > 0 && <span class="fill-closed" style={{ flexGrow: closed }} />}
        </div>
      )}
      <ul class="legend">
        <li><Explained field="SessionAnalytics.open_question_count" label="Open"><span class="swatch fill-open" aria-hidden="true" /><strong>{open}</strong></Explained></li>
        <li><Explained field="SessionAnalytics.closed_question_count" label="Closed"><span class="swatch fill-closed" aria-hidden="true" /><strong>{closed}</strong></Explained></li>
        <li><Explained field="SessionAnalytics.question_to_statement_ratio" label="Per statement"><strong>{number(numbers.question_to_statement_ratio, 2)}</strong></Explained></li>
      </ul>
    </>
  );
}

function Comparison({ comparison }: { comparison: SessionComparison | null }) {
  if (!comparison) return <p class="hint">This is the first session.</p>;
  return (
    <>
      <dl class="changes">
        <div><dt><Explained field="SessionComparison.engagement_change" label="Engagement" /></dt><dd>{change(comparison.engagement_change, 1)}</dd></div>
        <div><dt><Explained field="SessionComparison.sentiment_change" label="Mood" /></dt><dd>{change(comparison.sentiment_change, 2)}</dd></div>
        <div><dt><Explained field="SessionComparison.talk_ratio_change" label="Client talks" /></dt><dd>{change(comparison.talk_ratio_change, 1)}</dd></div>
      </dl>
      {comparison.notable_changes.map((sentence) => <p key={sentence}>{sentence}</p>)}
      {comparison.notable_changes.length === 0 && <p class="hint">Nothing changed much.</p>}
    </>
  );
}
