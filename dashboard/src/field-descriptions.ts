// What each number says: descriptions from the OpenAPI document, which the API serves (api/dashboard/field_descriptions.py).

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type {
  AtRiskClient, ClientAnalytics, CoachSummary, LanguageCue, RiskDistribution, RiskFactor, RiskScore,
  RiskScoreHistory, SessionAnalytics, SessionAnalyticsSummary, SessionComparison, TrendData,
} from "../../api/client/schema";

/** The answers whose fields the page explains. */
export interface Documented {
  AtRiskClient: AtRiskClient;
  ClientAnalytics: ClientAnalytics;
  CoachSummary: CoachSummary;
  LanguageCue: LanguageCue;
  RiskDistribution: RiskDistribution;
  RiskFactor: RiskFactor;
  RiskScore: RiskScore;
  RiskScoreHistory: RiskScoreHistory;
  SessionAnalytics: SessionAnalytics;
  SessionAnalyticsSummary: SessionAnalyticsSummary;
  SessionComparison: SessionComparison;
  TrendData: TrendData;
}

/** A field of an answer, such as "CoachSummary.total_clients". */
export type Field = { [S in keyof Documented]: `${S}.${Extract<keyof Documented[S], string>}` }[keyof Documented];
export type Words = Record<string, Record<string, string>>;

export const WordsContext = createContext<Words>({});

/** The words for a field; empty until they have come. */
export function useWords(field: Field): string {
  const [schema, name] = field.split(".") as [string, string];
  return useContext(WordsContext)[schema]?.[name] ?? "";
}

export async function loadWords(): Promise<Words> {
  const answer = await fetch("dashboard/words.json");
  return answer.ok ? ((await answer.json()) as Words) : {};
}
