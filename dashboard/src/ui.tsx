// Shared components.

import type { ComponentChildren } from "preact";
import type { RiskLevel } from "../../api/client/schema";
import { DescribedField } from "./tooltip";
import { capitalize, UNKNOWN } from "./format";
import type { RequestState } from "./use-request";
import type { Field } from "./field-descriptions";

/** A number under its label, with a short note such as its unit or scale. */
export function Stat(props: { field: Field; label: string; value: string; note?: ComponentChildren; tone?: string }) {
  return (
    <div class="stat">
      <DescribedField field={props.field} label={props.label}>
        <span class={`stat-value ${props.tone ?? ""} ${props.value === UNKNOWN ? "is-unknown" : ""}`}>{props.value}</span>
      </DescribedField>
      {props.note && <span class="stat-note">{props.note}</span>}
    </div>
  );
}

export function LevelBadge(props: { level: RiskLevel | null }) {
  if (props.level === null) return <span class="badge">unknown</span>;
  return <span class={`badge level-${props.level}`}>{capitalize(props.level)}</span>;
}

export function Card(props: { title: ComponentChildren; note?: ComponentChildren; class?: string; children: ComponentChildren }) {
  return (
    <section class={`card ${props.class ?? ""}`}>
      <header class="card-head">
        <h2>{props.title}</h2>
        {props.note && <span class="card-note">{props.note}</span>}
      </header>
      {props.children}
    </section>
  );
}

/** Loading, not found, or unavailable. An unavailable server leaves the data below it on screen. */
export function RequestStatus(props: { request: RequestState<unknown>; notFoundTitle: string; notFoundHint: string }) {
  const { data, error, isLoading, reload } = props.request;
  if (error?.kind === "not-found") {
    return (
      <div class="card empty">
        <h1>{props.notFoundTitle}</h1>
        <p>{props.notFoundHint}</p>
        <p><a href="#/">Back to your practice</a></p>
      </div>
    );
  }
  if (error) {
    return (
      <div class="notice" role="status">
        <span>
          <strong>The server is unavailable.</strong> {error.message}{" "}
          {data ? "You see the last data that was loaded." : ""} Retrying automatically.
        </span>
        <button type="button" class="secondary" onClick={reload}>Retry now</button>
      </div>
    );
  }
  return isLoading && !data ? <p class="loading" role="status">Loading …</p> : null;
}
