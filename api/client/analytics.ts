// Types of the coaching analytics API. Generated from api/openapi.json by `python -m tools.openapi.export`: don't edit.
// Ids are strings (uuid), dates YYYY-MM-DD, times ISO-8601 with offset. Every key is there; unknown is null.

/** The alert as it is now; the same object stands under `alert` as well. */
export interface AcknowledgedAlert {
  /** Identity of the alert. */
  id: string;
  /** Client whom it is about. */
  client_id: string;
  /** Coach whom it is for: the one who asks. */
  coach_id: string;
  /** The score that the text speaks of. */
  risk_score_id: string | null;
  /** What it is about. */
  alert_type: AlertType;
  /** How urgent it is. */
  severity: Severity;
  /** The alert in one line. */
  title: string;
  /** What was found and what to do. */
  message: string;
  /** resolved (it is over), acknowledged (the coach has seen it), or pending. */
  status: AlertStatus;
  /** When the coach acknowledged it as it is; null while it is pending. */
  acknowledged_at: string | null;
  /** What the coach noted. */
  acknowledged_notes: string | null;
  /** From when on it is over; null while it lasts. */
  resolved_at: string | null;
  /** Start of the day on which it opened. */
  created_at: string;
  /** The alert. */
  alert: RiskAlert;
}

/** What the coach has to say about the alert. */
export interface Acknowledgement {
  /** A note, at most 1000 characters; left out or null keeps an earlier one. */
  notes?: string | null;
}

/** A page of alerts, newest first. */
export interface AlertList {
  /** The page. */
  alerts: RiskAlert[];
  /** All alerts that match. */
  total: number;
}

/** Where an alert stands. */
export type AlertStatus = "pending" | "acknowledged" | "resolved";

/** What an alert is about. */
export type AlertType = "new_high_risk" | "risk_increased" | "no_session_30d";

/** A client who may be about to leave. */
export interface AtRiskClient {
  /** The client. */
  client_id: string;
  /** The current score, 0 to 100. */
  risk_score: number;
  /** Its level. */
  risk_level: RiskLevel;
  /** The factor that contributes most; null when none does. */
  top_factor: FactorType | null;
  /** Whether the risk grows; null for a first score. */
  trend: RiskTrend | null;
  /** Points since the day scored before, -100 to 100; positive means more risk. Null for a first score. */
  score_change: number | null;
  /** What to do. */
  recommended_action: string;
  /** Days since the last session. */
  days_since_last_session: number;
  /** Day of the last session. */
  last_session_date: string;
  /** Alerts about the client that are neither resolved nor muted. */
  open_alerts: number;
  /** The day that the score speaks for. */
  as_of_date: string;
}

/** A page of clients at risk, the greatest risk first. */
export interface AtRiskClients {
  /** The page. */
  clients: AtRiskClient[];
  /** All clients that match. */
  total: number;
}

/** How a client has been doing in a window. */
export interface ClientAnalytics {
  /** Identity of the row; follows from coach, client and window. */
  id: string;
  /** The client. */
  client_id: string;
  /** The coach: the one who asks. */
  coach_id: string;
  /** First day of the window; the day of the first session for all_time. */
  window_start: string;
  /** Last day of the window: the day that was computed. */
  window_end: string;
  /** Which window. */
  window_type: Window;
  /** Sessions in the window. */
  total_sessions: number;
  /** Sessions in the last 30 days, whatever the window. */
  sessions_last_30_days: number;
  /** Mean number of days from one session to the next; null below two. */
  average_days_between_sessions: number | null;
  /** Days since the last session, whatever the window. */
  days_since_last_session: number;
  /** Last 30 days against the 30 before; null with a single session ever. */
  session_frequency_trend: FrequencyTrend | null;
  /** Mean share of the session in which the coach spoke, 0 to 100; null when unknown. */
  average_coach_talk_percentage: number | null;
  /** Mean share of the session in which the client spoke, 0 to 100; null when unknown. */
  average_client_talk_percentage: number | null;
  /** Whose share grew by 10 points or more within the window; null below two sessions. */
  talk_ratio_trend: TalkRatioTrend | null;
  /** Mean engagement, 0 to 100; null when unknown. */
  average_engagement_score: number | null;
  /** Whether engagement moved by 5 points or more within the window; null below two values. */
  engagement_trend: Trend | null;
  /** The last ten known engagement scores, oldest first. */
  engagement_scores_history: number[];
  /** How the client sounded on average, -1 to 1; null when unknown. */
  average_sentiment_score: number | null;
  /** Whether sentiment moved by 0.1 or more within the window; null below two values. */
  sentiment_trend: Trend | null;
  /** The last ten known sentiment scores, oldest first. */
  sentiment_scores_history: number[];
  /** Moments in which the client pushed back. */
  total_resistance_cues: number;
  /** Moments in which the client committed to something. */
  total_commitment_cues: number;
  /** Moments of insight. */
  total_breakthrough_cues: number;
  /** Resistance for each commitment, 0 to 99.999; null when no session was read for cues. */
  resistance_to_commitment_ratio: number | null;
  /** When these numbers were computed. */
  computed_at: string;
  /** The day that they speak for. */
  as_of_date: string;
  /** Day of the last session, whatever the window. */
  last_session_date: string;
  /** Sessions in the 30 days before the last 30. */
  sessions_previous_30_days: number;
  /** Sessions of the window that were read for cues. */
  sessions_with_cue_evidence: number;
  /** Later half of the window minus earlier half, -100 to 100 points; null below two values. */
  engagement_change: number | null;
  /** Later half of the window minus earlier half, -2 to 2; null below two values. */
  sentiment_change: number | null;
  /** Client's share, later half minus earlier half, -100 to 100 points; null below two sessions. */
  talk_ratio_change: number | null;
}

/** A client's risk, how it came about, and what is open. */
export interface ClientRisk {
  /** The current score, also when it has expired. */
  risk_score: RiskScore;
  /** Scores, newest first, the current one included. */
  history: RiskScoreHistory[];
  /** Alerts that are neither resolved nor muted, newest first. */
  alerts: RiskAlert[];
}

/** A client at a glance. */
export interface ClientSummary {
  /** The window's numbers. */
  client_analytics: ClientAnalytics;
  /** Sessions altogether. */
  session_count: number;
  /** Day of the last session. */
  latest_session_date: string | null;
  /** Level of the current score; null without one that holds. */
  risk_level: RiskLevel | null;
  /** Whether there is a score that has expired. */
  risk_score_stale: boolean;
  /** insufficient_sessions (fewer than two in the window), stale_risk_score. */
  quality_warnings: string[];
}

/** Trends of a client by metric. */
export interface ClientTrends {
  /** One entry for each metric asked for. */
  trends: Record<string, TrendData>;
  /** All values in one list. */
  data_points: DataPoint[];
}

/** What the coach has set, with defaults for the rest. It takes effect with the next scoring. */
export interface CoachSettings {
  /** From where on each factor worries the coach. */
  thresholds: Thresholds;
  /** Alerts of these types are recorded but not listed. */
  muted_alert_types: AlertType[];
  /** Alerts below this severity are recorded but not listed. */
  min_alert_severity: Severity;
  /** When the coach last changed something; null if never. */
  updated_at: string | null;
}

/** All of the coach's settings; what is left out goes back to its default. */
export interface CoachSettingsUpdate {
  /** From where on each factor worries the coach. */
  thresholds?: ThresholdsUpdate;
  /** Types of alerts that are not listed. */
  muted_alert_types?: AlertType[];
  /** Alerts below this severity are not listed. */
  min_alert_severity?: Severity;
}

/** The coach's practice as a whole. */
export interface CoachSummary {
  /** Active clients with at least one session. */
  total_clients: number;
  /** Those of them whose unexpired risk level is high or critical. */
  clients_at_risk: number;
  /** Mean of the clients' average engagement of the last 90 days, 0 to 100; null when none is known. */
  average_engagement: number | null;
  /** Sessions in the calendar month of the latest computed day. */
  sessions_this_month: number;
  /** Clients by risk level. */
  risk_distribution: RiskDistribution;
}

/** The request is stored; nothing that stops loses it. */
export interface ComputeResponse {
  /** The task; of a client for whom one waits already, that one. */
  task_id: string;
  /** What will happen. */
  message: string;
}

/** A task and what became of it. */
export interface ComputeTask {
  /** The task. */
  task_id: string;
  /** The client who is computed. */
  client_id: string;
  /** Where it stands. */
  status: TaskStatus;
  /** When it was asked for. */
  requested_at: string;
  /** When it began; null while it is queued. */
  started_at: string | null;
  /** When it ended; null before. */
  finished_at: string | null;
  /** Why it failed, in a plain sentence; null unless it did. */
  reason: string | null;
}

/** Language cues by type. */
export interface CueCounts {
  /** Moments in which the client pushed back. */
  resistance: number;
  /** Moments in which the client committed to something. */
  commitment: number;
  /** Moments of insight. */
  breakthrough: number;
  /** Moments of worry. */
  concern: number;
  /** Moments in which the client stayed vague. */
  deflection: number;
  /** Moments of enthusiasm. */
  enthusiasm: number;
  /** Moments of doubt. */
  doubt: number;
  /** Moments of agreement with the coach. */
  agreement: number;
  /** Moments in which the client set a concrete goal. */
  goal_setting: number;
}

/** What a client's words give away (specification, "CueType"). */
export type CueType = "resistance" | "commitment" | "breakthrough" | "concern" | "deflection" | "enthusiasm" | "doubt" | "agreement" | "goal_setting";

/** A session's value and what it is a value of. */
export interface DataPoint {
  /** Day of the session. */
  date: string;
  /** Engagement or talk ratio 0 to 100, sentiment -1 to 1. */
  value: number;
  /** The session. */
  job_id: string;
  /** Its analytics (`session_analytics.id`). */
  session_id: string;
  /** engagement, sentiment or talk_ratio. */
  metric: string;
}

/** Days since the last session. */
export interface DaysSinceSessionThresholds {
  /** Where worry begins, 1 to 365 days, e.g. 14. */
  warning: number;
  /** Where it is as bad as it gets, above `warning`, e.g. 30. */
  critical: number;
}

/** Falls of engagement within 90 days; two decimals are kept. */
export interface EngagementThresholds {
  /** Where worry begins, in points, -100 to -0.01, e.g. -10. */
  warning: number;
  /** Where it is as bad as it gets, in points, below `warning`, e.g. -20. */
  critical: number;
}

/** What a risk score is made of. */
export type FactorType = "session_frequency" | "engagement_trend" | "sentiment_trend" | "resistance_ratio" | "days_since_session";

/** Whether sessions become more frequent. */
export type FrequencyTrend = "increasing" | "stable" | "decreasing";

/** How fresh one mart is. */
export interface Freshness {
  /** Name of the mart. */
  mart: string;
  /** When its newest row was computed; null while it has no rows. */
  computed_at: string | null;
}

/** A moment in which the client's words gave something away. Its texts are redacted. */
export interface LanguageCue {
  /** Identity of the cue. */
  id: string;
  /** The session's analytics (`session_analytics.id`). */
  session_analytics_id: string;
  /** The utterance that was read. */
  utterance_id: string;
  /** What was found. */
  cue_type: CueType;
  /** Probability that it is right, 0 to 1; at least 0.7 is kept. */
  confidence: number;
  /** The words, redacted, at most 200 characters. */
  text_excerpt: string;
  /** Seconds from the start of the session. */
  timestamp: number;
  /** The same, under the name of the mart's column. */
  timestamp_seconds: number;
  /** What was said just before, redacted; null at the start. */
  preceding_context: string | null;
  /** Why this matters, in a sentence. */
  interpretation: string | null;
  /** When the cue was detected. */
  created_at: string;
}

/** The process answers. */
export interface Liveness {
  /** Always `alive`. */
  status: string;
}

/** RFC 9457 problem details: the shape of every error. */
export interface Problem {
  /** Kind of the problem. */
  type: string;
  /** The kind in words. */
  title: string;
  /** HTTP status. */
  status: number;
  /** A plain sentence. */
  detail: string;
  /** The address asked for; identifiers are left out. */
  instance: string;
  /** What doesn't fit, one entry each; only with 422. */
  errors?: ProblemEntry[];
}

/** One thing in the request that doesn't fit. */
export interface ProblemEntry {
  /** Where it stands. */
  location: string[];
  /** What it has to be. */
  message: string;
  /** Short name of the rule. */
  code: string;
}

/** Everything that answering needs is there. */
export interface Readiness {
  /** Always `ready`; what isn't answers 503. */
  status: string;
  /** The database answers, and row-level security binds this service's log-in. */
  database: string;
  /** The database has every migration that this version of the service knows. */
  migrations: string;
  /** How fresh the marts are. An old mart doesn't make the service unready: it still answers. */
  marts: Freshness[];
}

/** Moments of resistance for each moment of commitment; three decimals are kept. */
export interface ResistanceThresholds {
  /** Where worry begins, 0.001 to 99.999, e.g. 2. */
  warning: number;
  /** Where it is as bad as it gets, above `warning`, e.g. 4. */
  critical: number;
}

/** Something that a coach should know of at once. */
export interface RiskAlert {
  /** Identity of the alert. */
  id: string;
  /** Client whom it is about. */
  client_id: string;
  /** Coach whom it is for: the one who asks. */
  coach_id: string;
  /** The score that the text speaks of. */
  risk_score_id: string | null;
  /** What it is about. */
  alert_type: AlertType;
  /** How urgent it is. */
  severity: Severity;
  /** The alert in one line. */
  title: string;
  /** What was found and what to do. */
  message: string;
  /** resolved (it is over), acknowledged (the coach has seen it), or pending. */
  status: AlertStatus;
  /** When the coach acknowledged it as it is; null while it is pending. */
  acknowledged_at: string | null;
  /** What the coach noted. */
  acknowledged_notes: string | null;
  /** From when on it is over; null while it lasts. */
  resolved_at: string | null;
  /** Start of the day on which it opened. */
  created_at: string;
}

/** How many clients have an unexpired score of each level. */
export interface RiskDistribution {
  /** Clients with a score up to 25. */
  low: number;
  /** Clients with a score up to 50. */
  medium: number;
  /** Clients with a score up to 75. */
  high: number;
  /** Clients with a score above 75. */
  critical: number;
}

/** One part of a risk score. */
export interface RiskFactor {
  /** Which factor. */
  factor_type: FactorType;
  /** Points that it adds to the score, 0 to 100; all factors' points add up to the score. */
  contribution: number;
  /** What was measured, in the factor's own unit; null without evidence. */
  value: number | null;
  /** Where worry begins for this coach, in the same unit. */
  threshold: number;
  /** What was found, in a sentence. */
  description: string;
  /** Points that it adds at most when every factor has evidence, 0 to 100. */
  weight: number;
  /** How bad it is, 0 to 1; null without evidence. */
  severity: number | null;
  /** Where it is as bad as it gets for this coach, in the same unit. */
  critical_threshold: number;
  /** False when too little was known to judge it; then it takes no part in the score. */
  has_evidence: boolean;
  /** Points that it could have added given what was known, 0 to 100. */
  largest_contribution: number;
}

/** How great the risk is, in words, the smallest first. */
export type RiskLevel = "low" | "medium" | "high" | "critical";

/** How likely the client is to drop out, and why. */
export interface RiskScore {
  /** Identity of the score; follows from coach, client and day. */
  id: string;
  /** The client. */
  client_id: string;
  /** The coach: the one who asks. */
  coach_id: string;
  /** 0 (nothing worries) to 100 (everything does). */
  risk_score: number;
  /** low up to 25, medium up to 50, high up to 75, critical above. */
  risk_level: RiskLevel;
  /** The score as a number from 0 to 1; a measured probability only if `is_calibrated`. */
  churn_probability: number;
  /** What the score is made of. */
  factors: RiskFactor[];
  /** Score of the latest day scored before; null for the first. */
  previous_risk_score: number | null;
  /** Points since then, -100 to 100; positive means more risk. Null for the first. */
  score_change: number | null;
  /** The change in a word; null for the first. */
  trend: RiskTrend | null;
  /** What the coach should do. */
  recommended_action: string;
  /** When the score was computed. */
  computed_at: string;
  /** When it expires. */
  valid_until: string;
  /** Version of the formulas. */
  model_version: string;
  /** Whether churn_probability was fitted to what clients really did. */
  is_calibrated: boolean;
  /** The day that the score speaks for. */
  as_of_date: string;
  /** The factor that contributes most; null when none does. */
  top_factor: FactorType | null;
  /** Day of the client's last session up to as_of_date. */
  last_session_date: string;
  /** Days from that session to as_of_date. */
  days_since_last_session: number;
}

/** An entry of the score's history. */
export interface RiskScoreHistory {
  /** When it was computed. */
  computed_at: string;
  /** The day that it speaks for. */
  as_of_date: string;
  /** The score, 0 to 100. */
  risk_score: number;
  /** Its level. */
  risk_level: RiskLevel;
  /** The factor that contributed most; null when none did. */
  top_factor: FactorType | null;
}

/** Where the risk goes. */
export type RiskTrend = "improving" | "stable" | "worsening";

/** Falls of sentiment within 90 days; three decimals are kept. */
export interface SentimentThresholds {
  /** Where worry begins, on a scale from -1 to 1, -2 to -0.001, e.g. -0.2. */
  warning: number;
  /** Where it is as bad as it gets, below `warning`, e.g. -0.4. */
  critical: number;
}

/** What one session was like. */
export interface SessionAnalytics {
  /** Identity of these analytics; follows from the session, so a rebuild keeps it. */
  id: string;
  /** The session: its completed transcription job. */
  job_id: string;
  /** Client of the session. */
  client_id: string;
  /** Coach of the session: the one who asks. */
  coach_id: string;
  /** Date of the session in the practice's time zone. */
  session_date: string;
  /** Length of the session in seconds; 0 when nothing was said. */
  total_duration_seconds: number;
  /** Seconds in which the coach spoke; overlapping recordings count once. */
  coach_talk_time_seconds: number;
  /** Seconds in which the client spoke; overlapping recordings count once. */
  client_talk_time_seconds: number;
  /** Seconds in which nobody spoke. */
  silence_time_seconds: number;
  /** Share of the session in which the coach spoke, 0 to 100. */
  coach_talk_percentage: number;
  /** Share of the session in which the client spoke, 0 to 100. */
  client_talk_percentage: number;
  /** Utterances of anybody. */
  total_turns: number;
  /** Utterances of the coach. */
  coach_turns: number;
  /** Utterances of the client. */
  client_turns: number;
  /** Mean length of a coach's utterance in seconds; null without any. */
  average_turn_duration_coach: number | null;
  /** Mean length of a client's utterance in seconds; null without any. */
  average_turn_duration_client: number | null;
  /** Times somebody started before the other had finished. */
  interruption_count: number;
  /** Utterances of the coach that ask something. */
  coach_question_count: number;
  /** Utterances of the coach that ask nothing. */
  coach_statement_count: number;
  /** Questions for each statement, 0 to 99.999; null when the coach said nothing. */
  question_to_statement_ratio: number | null;
  /** Questions that invite the client to tell. */
  open_question_count: number;
  /** Questions that a yes, a no or a fact answers. */
  closed_question_count: number;
  /** Moments in which the client pushed back. */
  cue_resistance_count: number;
  /** Moments in which the client committed to something. */
  cue_commitment_count: number;
  /** Moments of insight. */
  cue_breakthrough_count: number;
  /** Moments of worry. */
  cue_concern_count: number;
  /** Moments in which the client changed the subject or stayed vague. */
  cue_deflection_count: number;
  /** Moments of enthusiasm. */
  cue_enthusiasm_count: number;
  /** Moments of doubt. */
  cue_doubt_count: number;
  /** Moments of agreement with the coach. */
  cue_agreement_count: number;
  /** Moments in which the client set a concrete goal. */
  cue_goal_setting_count: number;
  /** Mean sentiment of the client's utterances, -1 (very negative) to 1 (very positive); null if unknown. */
  client_sentiment_score: number | null;
  /** Mean sentiment of the coach's utterances, -1 to 1; null if unknown. */
  coach_sentiment_score: number | null;
  /** Variance of the client's sentiment within the session, 0 to 1; null below two known values. */
  sentiment_variance: number | null;
  /** How engaged the client was, 0 to 100; null without evidence of the client. */
  engagement_score: number | null;
  /** How detailed the client's answers were, 0 to 100; null when the client said nothing. */
  response_elaboration_score: number | null;
  /** Coach's share of what coach and client spoke, 0 to 100; null when neither spoke. */
  coach_speech_share: number | null;
  /** Client's share of what coach and client spoke, 0 to 100; null when neither spoke. */
  client_speech_share: number | null;
  /** Times the speaker changed. */
  speaker_switch_count: number;
  /** Interruptions in which the coach broke in. */
  interruptions_by_coach: number;
  /** Interruptions in which the client broke in. */
  interruptions_by_client: number;
  /** Longest run of the coach's utterances in seconds; null without any. */
  longest_monologue_coach_seconds: number | null;
  /** Longest run of the client's utterances in seconds; null without any. */
  longest_monologue_client_seconds: number | null;
  /** Mean time before the client answered, in seconds; null without an answer. */
  client_response_latency_mean_seconds: number | null;
  /** Median time before the client answered, in seconds; null without an answer. */
  client_response_latency_median_seconds: number | null;
  /** Mean time before the coach answered, in seconds; null without an answer. */
  coach_response_latency_mean_seconds: number | null;
  /** Median time before the coach answered, in seconds; null without an answer. */
  coach_response_latency_median_seconds: number | null;
  /** Whether the session was read for language cues; if not, counts of 0 mean unknown. */
  has_cue_evidence: boolean;
  /** Whether there is a reason to read these numbers with care. */
  quality_warning: boolean;
  /** The reasons, e.g. short_session, missing_utterances, single_speaker, cue_detection_pending. */
  quality_warnings: string[];
  /** When the transcription was completed; orders two sessions of one day. */
  completed_at: string | null;
  /** When these numbers were computed. */
  computed_at: string;
  /** Version of the formulas. */
  model_version: string;
}

/** A session in a line. */
export interface SessionAnalyticsSummary {
  /** The session. */
  job_id: string;
  /** Its date. */
  session_date: string;
  /** Its length in minutes. */
  duration_minutes: number;
  /** Share in which the coach spoke, 0 to 100. */
  coach_talk_percentage: number;
  /** Share in which the client spoke, 0 to 100. */
  client_talk_percentage: number;
  /** How engaged the client was, 0 to 100; null when unknown. */
  engagement_score: number | null;
  /** How the client sounded, -1 to 1; null when unknown. */
  client_sentiment_score: number | null;
  /** Language cues of all nine types. */
  cue_count: number;
  /** The same by type. */
  cue_counts: CueCounts;
  /** Whether there is a reason to read these numbers with care. */
  has_warnings: boolean;
  /** Whether the session was read for language cues; if not, counts of 0 mean unknown. */
  has_cue_evidence: boolean;
}

/** The session beside the same client's previous one. A change is null where either side is unknown. */
export interface SessionComparison {
  /** The previous session. */
  previous_job_id: string;
  /** Its date. */
  previous_session_date: string;
  /** Engagement score minus the previous one, -100 to 100 points. */
  engagement_change: number | null;
  /** Client sentiment minus the previous one, -2 to 2. */
  sentiment_change: number | null;
  /** Client talk percentage minus the previous one, -100 to 100 points. */
  talk_ratio_change: number | null;
  /** A sentence for each change that is large enough to matter; may be empty. */
  notable_changes: string[];
}

/** A page of sessions, newest first. */
export interface SessionList {
  /** The page. */
  sessions: SessionAnalyticsSummary[];
  /** All sessions that match. */
  total: number;
}

/** A session's analytics, its cues in the order of the conversation, and the comparison. */
export interface SessionResponse {
  /** The session's numbers. */
  session_analytics: SessionAnalytics;
  /** What the client's words gave away, by time. */
  cues: LanguageCue[];
  /** Against the previous session; null for the first. */
  comparison: SessionComparison | null;
}

/** How urgent an alert is, the least first. */
export type Severity = "warning" | "urgent";

/** How urgent the alerts that are asked for are. */
export type SeverityFilter = "warning" | "urgent" | "all";

/** Where the alerts that are asked for stand. */
export type StatusFilter = "pending" | "acknowledged" | "resolved" | "all";

/** Whose share of the talk grows. */
export type TalkRatioTrend = "coach_increasing" | "balanced" | "client_increasing";

/** Where a task stands. */
export type TaskStatus = "queued" | "running" | "succeeded" | "failed";

/** From where on a factor worries this coach. */
export interface Threshold {
  /** Where worry begins, in the factor's unit. */
  warning: number;
  /** Where it is as bad as it gets, in the factor's unit. */
  critical: number;
  /** What `warning` is for coaches who set nothing. */
  default_warning: number;
  /** What `critical` is for coaches who set nothing. */
  default_critical: number;
  /** Whether the coach has set nothing here. */
  is_default: boolean;
}

/** The coach's thresholds by risk factor. */
export interface Thresholds {
  /** Change of engagement within 90 days, in points; negative is a fall. */
  engagement_trend: Threshold;
  /** Change of sentiment within 90 days, on a scale from -1 to 1; negative is a fall. */
  sentiment_trend: Threshold;
  /** Moments of resistance for each moment of commitment within 90 days. */
  resistance_ratio: Threshold;
  /** Days since the last session. */
  days_since_session: Threshold;
}

/** Thresholds by risk factor; a factor that is null or left out has its default. */
export interface ThresholdsUpdate {
  /** Falls of engagement. */
  engagement_trend?: EngagementThresholds | null;
  /** Falls of sentiment. */
  sentiment_trend?: SentimentThresholds | null;
  /** Resistance against commitment. */
  resistance_ratio?: ResistanceThresholds | null;
  /** Silence. */
  days_since_session?: DaysSinceSessionThresholds | null;
}

/** Where engagement or sentiment goes. */
export type Trend = "improving" | "stable" | "declining";

/** How a metric moved from the first to the last known value of the window. */
export interface TrendData {
  /** engagement, sentiment or talk_ratio (share of the session in which the client spoke). */
  metric_name: string;
  /** The last known value; null without any. */
  current_value: number | null;
  /** The first known value; null without any. */
  previous_value: number | null;
  /** Last minus first, in the metric's unit. */
  change: number | null;
  /** The change in percent of the first value's size; null when that is 0. */
  change_percentage: number | null;
  /** The trend in a word, as in client_analytics; null below two values. */
  trend: Trend | TalkRatioTrend | null;
  /** The values, oldest first. */
  data_points: DataPoint[];
}

/** The days that client analytics look back, ending with the computed day. */
export type Window = "30d" | "90d" | "all_time";

/** Every operation: where it is, what it takes, what it answers. Errors are `Problem`. */
export interface Operations {
  /** Is the process alive? */
  get_health_live: {
    method: "GET";
    address: "/health/live";
    answer: Liveness;
  };
  /** Can the service answer? */
  get_health_ready: {
    method: "GET";
    address: "/health/ready";
    answer: Readiness;
  };
  /** Figures for Prometheus */
  get_metrics: {
    method: "GET";
    address: "/metrics";
    answer: string;
  };
  /** One session */
  get_session: {
    method: "GET";
    address: "/api/v1/analytics/sessions/{job_id}";
    path: {
      /** The session's transcription job. */
      job_id: string;
    };
    answer: SessionResponse;
  };
  /** A client */
  get_client_summary: {
    method: "GET";
    address: "/api/v1/analytics/clients/{client_id}/summary";
    path: {
      /** One of the coach's active clients. */
      client_id: string;
    };
    query: {
      /** Days that are looked back, 90d by default. */
      window?: Window;
    };
    answer: ClientSummary;
  };
  /** A client's sessions */
  get_client_sessions: {
    method: "GET";
    address: "/api/v1/analytics/clients/{client_id}/sessions";
    path: {
      /** One of the coach's active clients. */
      client_id: string;
    };
    query: {
      /** Most entries of the page, 20 by default. */
      limit?: number;
      /** Entries before the page, 0 by default. */
      offset?: number;
      /** First day, included. */
      from_date?: string | null;
      /** Last day, included. */
      to_date?: string | null;
    };
    answer: SessionList;
  };
  /** A client's risk */
  get_client_risk: {
    method: "GET";
    address: "/api/v1/analytics/clients/{client_id}/risk";
    path: {
      /** One of the coach's active clients. */
      client_id: string;
    };
    query: {
      /** Most scores in `history`. */
      history_limit?: number;
    };
    answer: ClientRisk;
  };
  /** A client's trends */
  get_client_trends: {
    method: "GET";
    address: "/api/v1/analytics/clients/{client_id}/trends";
    path: {
      /** One of the coach's active clients. */
      client_id: string;
    };
    query: {
      /** engagement, sentiment, talk_ratio: repeated or with commas; all by default. */
      metrics?: string[] | null;
      /** Days that are looked back, 90d by default. */
      window?: Window;
    };
    answer: ClientTrends;
  };
  /** Alerts */
  get_alerts: {
    method: "GET";
    address: "/api/v1/analytics/risk/alerts";
    query: {
      /** Where the alerts stand. */
      status?: StatusFilter;
      /** How urgent they are. */
      severity?: SeverityFilter;
      /** Most entries of the page, 50 by default. */
      limit?: number;
      /** Entries before the page, 0 by default. */
      offset?: number;
    };
    answer: AlertList;
  };
  /** Acknowledge an alert (other address) */
  acknowledge_alert_alias: {
    method: "POST";
    address: "/api/v1/analytics/risk/acknowledge/{alert_id}";
    path: {
      /** The alert. */
      alert_id: string;
    };
    body?: Acknowledgement | null;
    answer: AcknowledgedAlert;
  };
  /** Acknowledge an alert */
  acknowledge_alert: {
    method: "POST";
    address: "/api/v1/analytics/risk/alerts/{alert_id}/acknowledge";
    path: {
      /** The alert. */
      alert_id: string;
    };
    body?: Acknowledgement | null;
    answer: AcknowledgedAlert;
  };
  /** Compute a client again */
  request_compute: {
    method: "POST";
    address: "/api/v1/analytics/compute/{client_id}";
    path: {
      /** One of the coach's active clients. */
      client_id: string;
    };
    answer: ComputeResponse;
  };
  /** A task */
  get_task: {
    method: "GET";
    address: "/api/v1/analytics/compute/tasks/{task_id}";
    path: {
      /** The task. */
      task_id: string;
    };
    answer: ComputeTask;
  };
  /** The practice */
  get_coach_summary: {
    method: "GET";
    address: "/api/v1/analytics/coach/summary";
    answer: CoachSummary;
  };
  /** Clients at risk */
  get_at_risk_clients: {
    method: "GET";
    address: "/api/v1/analytics/coach/at-risk-clients";
    query: {
      /** The least level of risk that is listed. */
      min_level?: RiskLevel;
      /** Most entries of the page, 50 by default. */
      limit?: number;
      /** Entries before the page, 0 by default. */
      offset?: number;
    };
    answer: AtRiskClients;
  };
  /** The coach's settings */
  get_settings: {
    method: "GET";
    address: "/api/v1/analytics/coach/settings";
    answer: CoachSettings;
  };
  /** Change the settings */
  put_settings: {
    method: "PUT";
    address: "/api/v1/analytics/coach/settings";
    body: CoachSettingsUpdate;
    answer: CoachSettings;
  };
}
