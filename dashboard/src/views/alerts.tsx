// Alerts with their acknowledgement: one button, and a note for those who want one.

import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { RiskAlert } from "../../../api/client/schema";
import { api, ApiError, unwrap } from "../api";
import { capital, clientName, day } from "../format";
import { useSession } from "../session";

const MAX_NOTE_LENGTH = 1000;

/** Urgent ones first, and in the order of the answer (newest first) otherwise. */
export const bySeverity = (alerts: RiskAlert[]): RiskAlert[] =>
  [...alerts.filter((a) => a.severity === "urgent"), ...alerts.filter((a) => a.severity !== "urgent")];

export function Alerts(props: { alerts: RiskAlert[]; onChange: () => void; showClient?: boolean }) {
  const { announce } = useSession();
  const place = useRef<HTMLDivElement>(null);
  const gone = (alert: RiskAlert) => {
    announce(`Acknowledged: ${alert.title}`);
    place.current?.focus();
    props.onChange();
  };
  return (
    <div ref={place} tabIndex={-1} class="alerts">
      {props.alerts.length === 0 && <p class="hint">Nothing is waiting for you.</p>}
      {props.alerts.length > 0 && <p class="hint">Each speaks of the day on which it opened or became urgent.</p>}
      <ul>
        {props.alerts.map((alert) => (
          <li key={alert.id} class={`alert is-${alert.severity} is-${alert.status}`}>
            <div class="alert-head">
              <span class={`chip severity-${alert.severity}`}>{capital(alert.severity)}</span>
              {props.showClient && <a href={`#/clients/${alert.client_id}`}>{clientName(alert.client_id)}</a>}
              <time dateTime={alert.created_at}>since {day(alert.created_at)}</time>
            </div>
            <h3>{alert.title}</h3>
            {alert.status === "pending" && <Acknowledge alert={alert} onDone={() => gone(alert)} />}
            <p>{alert.message}</p>
            {alert.status !== "pending" && (
              <p class="hint">Acknowledged on {day(alert.acknowledged_at)}{alert.acknowledged_notes && `: ${alert.acknowledged_notes}`}</p>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Acknowledge(props: { alert: RiskAlert; onDone: () => void }) {
  const { signOut } = useSession();
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [note, setNote] = useState("");
  const [trouble, setTrouble] = useState<string>();
  const id = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (isOpen) box.current?.focus();
  }, [isOpen]);
  const send = async () => {
    setBusy(true);
    setTrouble(undefined);
    try {
      const notes = note.trim() || null;
      const path = { alert_id: props.alert.id };
      await unwrap(api.POST("/risk/alerts/{alert_id}/acknowledge", { params: { path }, body: { notes } }));
      props.onDone();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.kind === "unauthorized") return signOut(error.message);
      setTrouble(`${error.message} Nothing was saved; try again.`);
    } finally {
      setBusy(false);
    }
  };
  if (!isOpen) {
    return <button type="button" class="quiet" onClick={() => setOpen(true)} aria-label={`Acknowledge: ${props.alert.title}`}>Acknowledge</button>;
  }
  return (
    <form class="acknowledge" onSubmit={(event) => { event.preventDefault(); void send(); }} onKeyDown={(event) => event.key === "Escape" && setOpen(false)}>
      <label for={id}>Note (if you like)</label>
      <textarea id={id} rows={2} maxLength={MAX_NOTE_LENGTH} value={note} ref={box} onInput={(event) => setNote(event.currentTarget.value)} />
      {trouble && <p class="notice" role="alert">{trouble}</p>}
      <div class="buttons">
        <button type="submit" class="primary" disabled={isBusy}>{isBusy ? "Saving …" : "Acknowledge"}</button>
        <button type="button" class="quiet" onClick={() => setOpen(false)}>Cancel</button>
      </div>
    </form>
  );
}
