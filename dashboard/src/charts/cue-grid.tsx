// Which cues in which session: a row per type, a column per session, a dot as large as the count.

import { scaleBand, scaleSqrt } from "d3-scale";
import type { CueType, SessionAnalyticsSummary } from "../../../api/client/schema";
import { Explained } from "../tooltip";
import { CUES } from "../cues";
import { day, plural, shortDay, words } from "../format";
import { useWidth } from "./width";

const ROW = 20;
const EDGE = { top: 4, right: 10, bottom: 24, left: 92 };
const TYPES = Object.keys(CUES) as CueType[];
const HEIGHT = EDGE.top + TYPES.length * ROW + EDGE.bottom;

export function CueGrid({ sessions }: { sessions: SessionAnalyticsSummary[] }) {
  const { place, width } = useWidth();
  const x = scaleBand(sessions.map((s) => s.job_id), [EDGE.left, Math.max(width - EDGE.right, EDGE.left)]);
  const most = Math.max(3, ...sessions.flatMap((s) => TYPES.map((type) => s.cue_counts[type])));
  const radius = scaleSqrt([0, most], [0, Math.min(ROW / 2 - 1, Math.max(2, x.bandwidth() / 2))]);
  const middle = (s: SessionAnalyticsSummary) => x(s.job_id)! + x.bandwidth() / 2;
  const labelled = Math.max(1, Math.ceil(sessions.length / Math.max(1, Math.floor((width - EDGE.left) / 80))));
  const unread = sessions.filter((s) => !s.has_cue_evidence).length;
  return (
    <figure class="chart">
      <figcaption class="keys">
        <Explained field="SessionAnalyticsSummary.cue_counts" label="A dot is as large as the number of moments" />
      </figcaption>
      <div ref={place} class="plot">
        {sessions.length === 0 && <p class="hint">No session in this window.</p>}
        {width > 0 && sessions.length > 0 && (
          <svg width={width} height={HEIGHT} role="img" aria-label={summary(sessions)}>
            {TYPES.map((type, row) => (
              <g key={type}>
                <line class="grid" x1={EDGE.left} x2={width - EDGE.right} y1={EDGE.top + (row + 0.5) * ROW} y2={EDGE.top + (row + 0.5) * ROW} />
                <text class="tick" x={EDGE.left - 8} y={EDGE.top + (row + 0.5) * ROW} dy="0.32em" text-anchor="end">{words(type)}</text>
                {sessions.map((s) => s.has_cue_evidence && s.cue_counts[type] > 0 && (
                  <circle key={s.job_id} class={`cue-${CUES[type]}`} cx={middle(s)} cy={EDGE.top + (row + 0.5) * ROW} r={radius(s.cue_counts[type])}>
                    <title>{`${day(s.session_date)}: ${words(type)}, ${s.cue_counts[type]}`}</title>
                  </circle>
                ))}
              </g>
            ))}
            {sessions.map((s, index) => (
              <g key={s.job_id}>
                {!s.has_cue_evidence && <text class="tick" x={middle(s)} y={EDGE.top + (TYPES.length / 2) * ROW} text-anchor="middle">?</text>}
                {index % labelled === 0 && <text class="tick" x={middle(s)} y={HEIGHT - 6} text-anchor="middle">{shortDay(s.session_date)}</text>}
              </g>
            ))}
          </svg>
        )}
      </div>
      {unread > 0 && <p class="hint">{plural(unread, "session")} not read for cues (?): unknown, not none.</p>}
    </figure>
  );
}

function summary(sessions: SessionAnalyticsSummary[]): string {
  const totals = TYPES.map((type) => [type, sessions.reduce((sum, s) => sum + s.cue_counts[type], 0)] as const);
  return `Cues of ${sessions.length} sessions: ${totals.map(([type, total]) => `${words(type)} ${total}`).join(", ")}.`;
}
