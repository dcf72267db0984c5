// Small parts that every view uses.

import type { ComponentChildren } from "preact";
import type { RiskLevel } from "../../api/client/schema";
import { Explained } from "./tooltip";
import { capital, UNKNOWN } from "./format";
import type { Loaded } from "./use-request";
import type { Field } from "./field-descriptions";

/** A number under its label. `note` says what it means, in a word or two. */
export function Stat(props: { field: Field; label: string; value: string; note?: ComponentChildren; tone?: string }) {
  return (
    <div class="stat">
      <Explained field={props.field} label={props.label}>
        <span class={`stat-value ${props.tone ?? ""} ${props.value === UNKNOWN ? "is-unknown" : ""}`}>{props.value}</span>
      </Explained>
      {props.note && <span class="stat-note">{props.note}</span>}
    </div>
  );
}

export function Level(props: { level: RiskLevel | null }) {
  if (props.level === null) return <span class="chip">unknown</span>;
  return <span class={`chip level-${props.level}`}>{capital(props.level)}</span>;
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

/** What a view shows before it has data, and above its data while the server is away. */
export function State(props: { of: Loaded<unknown>; missing: string; missingHint: string }) {
  const { data, failure, isBusy, reload } = props.of;
  if (failure?.kind === "not-found") {
    return (
      <div class="card empty">
        <h1>{props.missing}</h1>
        <p>{props.missingHint}</p>
        <p><a href="#/">Back to your practice</a></p>
      </div>
    );
  }
  if (failure) {
    return (
      <div class="notice" role="status">
        <span>
          <strong>The server is away.</strong> {failure.message}{" "}
          {data ? "What you see is from before." : ""} Trying again by itself.
        </span>
        <button type="button" class="quiet" onClick={reload}>Try now</button>
      </div>
    );
  }
  return isBusy && !data ? <p class="loading" role="status">Loading …</p> : null;
}
