// Field descriptions of the OpenAPI document, shown as tooltips. Served by api/dashboard/field_descriptions.py.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type {
  AtRiskClient, ClientAnalytics, CoachSummary, LanguageCue, RiskDistribution, RiskFactor, RiskScore,
  RiskScoreHistory, SessionAnalytics, SessionAnalyticsSummary, SessionComparison, TrendData,
} from "../../api/client/schema";

/** The schemas with fields that the dashboard shows. */
export interface DescribedSchemas {
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

/** A field of a schema, such as "CoachSummary.total_clients". */
export type Field = { [S in keyof DescribedSchemas]: `${S}.${Extract<keyof DescribedSchemas[S], string>}` }[keyof DescribedSchemas];

/** Descriptions by schema and field name. */
export type FieldDescriptions = Record<string, Record<string, string>>;

export const FieldDescriptionsContext = createContext<FieldDescriptions>({});

/** The description of a field; empty until the descriptions are loaded. */
export function useFieldDescription(field: Field): string {
  const [schema, name] = field.split(".") as [string, string];
  return useContext(FieldDescriptionsContext)[schema]?.[name] ?? "";
}

export async function fetchFieldDescriptions(): Promise<FieldDescriptions> {
  const response = await fetch("dashboard/field-descriptions.json");
  return response.ok ? ((await response.json()) as FieldDescriptions) : {};
}
