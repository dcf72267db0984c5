// The risk score as the sum of its factors: the bar is a factor's points, the track behind it the maximum.

import type { FactorType, RiskFactor } from "../../../api/client/schema";
import { number, signed } from "../format";
import { DescribedField } from "../tooltip";

export const FACTOR_NAMES: Record<FactorType, string> = {
  session_frequency: "Session frequency",
  engagement_trend: "Engagement",
  sentiment_trend: "Sentiment",
  resistance_ratio: "Resistance",
  days_since_session: "Time since last session",
};

export function Factors({ factors, total }: { factors: RiskFactor[]; total: number }) {
  const sorted = [...factors].sort((a, b) => b.contribution - a.contribution);
  const maxPoints = Math.max(...factors.map((factor) => Math.max(factor.largest_contribution, factor.weight)), 1);
  const width = (points: number) => ({ width: `${(100 * points) / maxPoints}%` });
  return (
    <>
      <ul class="factors">
        {sorted.map((factor) => (
          <li key={factor.factor_type} class={factor.has_evidence ? "" : "is-unknown"}>
            <DescribedField field="RiskFactor.contribution" label={FACTOR_NAMES[factor.factor_type]} class="factor-name">
              <span class="points">{factor.has_evidence ? signed(factor.contribution, 1) : "unknown"}</span>
            </DescribedField>
            <div class="factor-bar" aria-hidden="true">
              {factor.has_evidence && <span class="factor-track" style={width(factor.largest_contribution)} />}
              {factor.has_evidence && <span class="factor-fill" style={width(factor.contribution)} />}
            </div>
            <p>{factor.description}{factor.has_evidence && <span class="hint"> · maximum {number(factor.largest_contribution, 1)}</span>}</p>
          </li>
        ))}
      </ul>
      <p class="total"><span>Total</span><strong>{number(total, 1)}</strong></p>
    </>
  );
}
