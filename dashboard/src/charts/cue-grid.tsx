// Cue counts by session: a row per cue type, a column per session, the area of a dot is the count.

import { scaleBand, scaleSqrt } from "d3-scale";
import type { CueType, SessionAnalyticsSummary } from "../../../api/client/schema";
import { CUE_TONES } from "../cues";
import { fullDate, humanize, plural, shortDate } from "../format";
import { DescribedField } from "../tooltip";
import { useWidth } from "./width";

const ROW = 20;
const EDGE = { top: 4, right: 10, bottom: 24, left: 92 };
const TYPES = Object.keys(CUE_TONES) as CueType[];
const HEIGHT = EDGE.top + TYPES.length * ROW + EDGE.bottom;

export function CueGrid({ sessions }: { sessions: SessionAnalyticsSummary[] }) {
  const { container, width } = useWidth();
  const x = scaleBand(sessions.map((s) => s.job_id), [EDGE.left, Math.max(width - EDGE.right, EDGE.left)]);
  const maxCount = Math.max(3, ...sessions.flatMap((s) => TYPES.map((type) => s.cue_counts[type])));
  const radius = scaleSqrt([0, maxCount], [0, Math.min(ROW / 2 - 1, Math.max(2, x.bandwidth() / 2))]);
  const centre = (s: SessionAnalyticsSummary) => x(s.job_id)! + x.bandwidth() / 2;
  const labelInterval = Math.max(1, Math.ceil(sessions.length / Math.max(1, Math.floor((width - EDGE.left) / 80))));
  const unknownCount = sessions.filter((s) => !s.has_cue_evidence).length;
  return (
    <figure class="chart">
      <figcaption class="chart-legend">
        <DescribedField field="SessionAnalyticsSummary.cue_counts" label="Dot size: number of cues" />
      </figcaption>
      <div ref={container} class="plot">
        {sessions.length === 0 && <p class="hint">No sessions in this period.</p>}
        {width > 0 && sessions.length > 0 && (
          <svg width={width} height={HEIGHT} role="img" aria-label={summary(sessions)}>
            {TYPES.map((type, row) => (
              <g key={type}>
                <line class="grid" x1={EDGE.left} x2={width - EDGE.right} y1={EDGE.top + (row + 0.5) * ROW} y2={EDGE.top + (row + 0.5) * ROW} />
                <text class="tick" x={EDGE.left - 8} y={EDGE.top + (row + 0.5) * ROW} dy="0.32em" text-anchor="end">{humanize(type)}</text>
                {sessions.map((s) => s.has_cue_evidence && s.cue_counts[type] > 0 && (
                  <circle key={s.job_id} class={`cue-${CUE_TONES[type]}`} cx={centre(s)} cy={EDGE.top + (row + 0.5) * ROW} r={radius(s.cue_counts[type])}>
                    <title>{`${fullDate(s.session_date)}: ${humanize(type)}, ${s.cue_counts[type]}`}</title>
                  </circle>
                ))}
              </g>
            ))}
            {sessions.map((s, index) => (
              <g key={s.job_id}>
                {!s.has_cue_evidence && <text class="tick" x={centre(s)} y={EDGE.top + (TYPES.length / 2) * ROW} text-anchor="middle">?</text>}
                {index % labelInterval === 0 && <text class="tick" x={centre(s)} y={HEIGHT - 6} text-anchor="middle">{shortDate(s.session_date)}</text>}
              </g>
            ))}
          </svg>
        )}
      </div>
      {unknownCount > 0 && <p class="hint">? {plural(unknownCount, "session")} not searched for cues: the counts are unknown.</p>}
    </figure>
  );
}

function summary(sessions: SessionAnalyticsSummary[]): string {
  const totals = TYPES.map((type) => [type, sessions.reduce((sum, s) => sum + s.cue_counts[type], 0)] as const);
  return `Cues in ${sessions.length} sessions: ${totals.map(([type, total]) => `${humanize(type)} ${total}`).join(", ")}.`;
}
