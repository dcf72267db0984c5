// The list of alerts, each with a button to acknowledge it and an optional note.

import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { RiskAlert } from "../../../api/client/schema";
import { api, ApiError, unwrap } from "../api";
import { useApp } from "../app-context";
import { capitalize, clientName, fullDate } from "../format";

const MAX_NOTE_LENGTH = 1000;

/** Urgent alerts first, otherwise in the order of the response (newest first). */
export const bySeverity = (alerts: RiskAlert[]): RiskAlert[] =>
  [...alerts.filter((a) => a.severity === "urgent"), ...alerts.filter((a) => a.severity !== "urgent")];

export function Alerts(props: { alerts: RiskAlert[]; onChange: () => void; showClient?: boolean }) {
  const { announce } = useApp();
  const container = useRef<HTMLDivElement>(null);
  const onAcknowledged = (alert: RiskAlert) => {
    announce(`Acknowledged: ${alert.title}`);
    container.current?.focus();
    props.onChange();
  };
  return (
    <div ref={container} tabIndex={-1} class="alerts">
      {props.alerts.length === 0 && <p class="hint">No open alerts.</p>}
      {props.alerts.length > 0 && <p class="hint">The numbers are those of the date on which the alert opened or became urgent.</p>}
      <ul>
        {props.alerts.map((alert) => (
          <li key={alert.id} class={`alert is-${alert.severity} is-${alert.status}`}>
            <div class="alert-head">
              <span class={`badge severity-${alert.severity}`}>{capitalize(alert.severity)}</span>
              {props.showClient && <a href={`#/clients/${alert.client_id}`}>{clientName(alert.client_id)}</a>}
              <time dateTime={alert.created_at}>since {fullDate(alert.created_at)}</time>
            </div>
            <h3>{alert.title}</h3>
            {alert.status === "pending" && <Acknowledge alert={alert} onDone={() => onAcknowledged(alert)} />}
            <p>{alert.message}</p>
            {alert.status !== "pending" && (
              <p class="hint">Acknowledged on {fullDate(alert.acknowledged_at)}{alert.acknowledged_notes && `: ${alert.acknowledged_notes}`}</p>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Acknowledge(props: { alert: RiskAlert; onDone: () => void }) {
  const { signOut } = useApp();
  const [isOpen, setOpen] = useState(false);
  const [isSending, setSending] = useState(false);
  const [note, setNote] = useState("");
  const [error, setError] = useState<string>();
  const id = useId();
  const textarea = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (isOpen) textarea.current?.focus();
  }, [isOpen]);
  const submit = async () => {
    setSending(true);
    setError(undefined);
    try {
      const notes = note.trim() || null;
      const path = { alert_id: props.alert.id };
      await unwrap(api.POST("/risk/alerts/{alert_id}/acknowledge", { params: { path }, body: { notes } }));
      props.onDone();
    } catch (reason) {
      if (!(reason instanceof ApiError)) throw reason;
      if (reason.kind === "unauthorized") return signOut(reason.message);
      setError(`${reason.message} The alert was not acknowledged; try again.`);
    } finally {
      setSending(false);
    }
  };
  if (!isOpen) {
    return <button type="button" class="secondary" onClick={() => setOpen(true)} aria-label={`Acknowledge: ${props.alert.title}`}>Acknowledge</button>;
  }
  return (
    <form class="acknowledge" onSubmit={(event) => { event.preventDefault(); void submit(); }} onKeyDown={(event) => event.key === "Escape" && setOpen(false)}>
      <label for={id}>Note (optional)</label>
      <textarea id={id} rows={2} maxLength={MAX_NOTE_LENGTH} value={note} ref={textarea} onInput={(event) => setNote(event.currentTarget.value)} />
      {error && <p class="notice" role="alert">{error}</p>}
      <div class="buttons">
        <button type="submit" class="primary" disabled={isSending}>{isSending ? "Saving …" : "Acknowledge"}</button>
        <button type="button" class="secondary" onClick={() => setOpen(false)}>Cancel</button>
      </div>
    </form>
  );
}
