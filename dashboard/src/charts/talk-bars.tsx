// Share of talk time by session: the client's above the axis, the coach's below it.

import { scaleBand, scaleLinear } from "d3-scale";
import type { SessionAnalyticsSummary } from "../../../api/client/schema";
import { fullDate, percent, shortDate } from "../format";
import { DescribedField } from "../tooltip";
import { useWidth } from "./width";

const HEIGHT = 208;
const EDGE = { top: 8, right: 14, bottom: 24, left: 36 };

export function TalkBars({ sessions }: { sessions: SessionAnalyticsSummary[] }) {
  const { container, width } = useWidth();
  const known = sessions.filter((s) => s.coach_talk_percentage + s.client_talk_percentage > 0);
  const x = scaleBand(sessions.map((s) => s.job_id), [EDGE.left, Math.max(width - EDGE.right, EDGE.left)]).paddingInner(0.25).paddingOuter(0.1);
  const maxShare = Math.max(50, ...known.map((s) => Math.max(s.coach_talk_percentage, s.client_talk_percentage)));
  const limit = Math.min(100, Math.ceil(maxShare / 25) * 25);
  const y = scaleLinear([-limit, limit], [HEIGHT - EDGE.bottom, EDGE.top]);
  const barWidth = Math.min(x.bandwidth(), 28);
  const labelInterval = Math.max(1, Math.ceil(sessions.length / Math.max(1, Math.floor(width / 80))));
  return (
    <figure class="chart">
      <figcaption class="chart-legend">
        <span><span class="swatch fill-client" aria-hidden="true" /><DescribedField field="SessionAnalyticsSummary.client_talk_percentage" label="Client" /></span>
        <span><span class="swatch fill-coach" aria-hidden="true" /><DescribedField field="SessionAnalyticsSummary.coach_talk_percentage" label="Coach" /></span>
      </figcaption>
      <div ref={container} class="plot">
        {sessions.length === 0 && <p class="hint">No sessions in this period.</p>}
        {width > 0 && sessions.length > 0 && (
          <svg width={width} height={HEIGHT} role="img" aria-label={`Share of talk time in ${sessions.length} sessions, known for ${known.length}. The table below lists the numbers.`}>
            {[-limit, -limit / 2, 0, limit / 2, limit].map((tick) => (
              <g key={tick}>
                <line class={tick ? "grid" : "axis"} x1={EDGE.left} x2={width - EDGE.right} y1={y(tick)} y2={y(tick)} />
                <text class="tick" x={EDGE.left - 8} y={y(tick)} dy="0.32em" text-anchor="end">{Math.round(Math.abs(tick))}</text>
              </g>
            ))}
            {sessions.map((s, index) => {
              const left = x(s.job_id)! + (x.bandwidth() - barWidth) / 2;
              const isKnown = s.coach_talk_percentage + s.client_talk_percentage > 0;
              return (
                <g key={s.job_id}>
                  <title>{isKnown ? `${fullDate(s.session_date)}: client ${percent(s.client_talk_percentage)}, coach ${percent(s.coach_talk_percentage)}` : `${fullDate(s.session_date)}: unknown`}</title>
                  {isKnown && <rect class="fill-client" x={left} width={barWidth} y={y(s.client_talk_percentage)} height={y(0) - y(s.client_talk_percentage)} />}
                  {isKnown && <rect class="fill-coach" x={left} width={barWidth} y={y(0)} height={y(-s.coach_talk_percentage) - y(0)} />}
                  {!isKnown && <text class="tick" x={left + barWidth / 2} y={y(0)} dy="-0.4em" text-anchor="middle">?</text>}
                  {index % labelInterval === 0 && <text class="tick" x={left + barWidth / 2} y={HEIGHT - 6} text-anchor="middle">{shortDate(s.session_date)}</text>}
                </g>
              );
            })}
          </svg>
        )}
      </div>
    </figure>
  );
}
