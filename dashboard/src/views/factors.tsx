// The risk score as the sum of its factors: each bar is what a factor adds, its track what it could have added.

import type { FactorType, RiskFactor } from "../../../api/client/schema";
import { Explained } from "../tooltip";
import { change, number } from "../format";

export const FACTOR_NAMES: Record<FactorType, string> = {
  session_frequency: "How often",
  engagement_trend: "Engagement",
  sentiment_trend: "Mood",
  resistance_ratio: "Resistance",
  days_since_session: "Silence",
};

export function Factors({ factors, total }: { factors: RiskFactor[]; total: number }) {
  const sorted = [...factors].sort((a, b) => b.contribution - a.contribution);
  const widest = Math.max(...factors.map((factor) => Math.max(factor.largest_contribution, factor.weight)), 1);
  const width = (points: number) => ({ width: `${(100 * points) / widest}%` });
  return (
    <>
      <ul class="factors">
        {sorted.map((factor) => (
          <li key={factor.factor_type} class={factor.has_evidence ? "" : "is-unknown"}>
            <Explained field="RiskFactor.contribution" label={FACTOR_NAMES[factor.factor_type]} class="factor-name">
              <span class="points">{factor.has_evidence ? change(factor.contribution, 1) : "unknown"}</span>
            </Explained>
            <div class="factor-bar" aria-hidden="true">
              {factor.has_evidence && <span class="factor-track" style={width(factor.largest_contribution)} />}
              {factor.has_evidence && <span class="factor-fill" style={width(factor.contribution)} />}
            </div>
            <p>{factor.description}{factor.has_evidence && <span class="hint"> · at most {number(factor.largest_contribution, 1)}</span>}</p>
          </li>
        ))}
      </ul>
      <p class="sum"><span>Together</span><strong>{number(total, 1)}</strong></p>
    </>
  );
}
