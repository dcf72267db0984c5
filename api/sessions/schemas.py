"""Response of a session. Fields: docs/reference/specification.md, "Session Analytics"."""

from pydantic import Field

from api.types import (
    Count,
    CueType,
    Date,
    Identifier,
    Percentage,
    PercentagePoints,
    Probability,
    Ratio,
    ResponseModel,
    Score,
    Seconds,
    Sentiment,
    Timestamp,
)


class SessionAnalytics(ResponseModel):
    """Analytics of one session."""

    id: Identifier
    """Id of the row, derived from the session; stable across rebuilds."""
    job_id: Identifier
    """Id of the session's transcription job."""
    client_id: Identifier
    """Id of the client."""
    coach_id: Identifier
    """Id of the coach: always the authenticated coach."""
    session_date: Date
    """Date of the session in the configured time zone."""
    total_duration_seconds: Seconds
    """Duration of the session in seconds; 0 if the transcript has no utterances."""
    coach_talk_time_seconds: Seconds
    """Time in seconds in which the coach spoke; overlapping utterances count once."""
    client_talk_time_seconds: Seconds
    """Time in seconds in which the client spoke; overlapping utterances count once."""
    silence_time_seconds: Seconds
    """Time in seconds without speech."""
    coach_talk_percentage: Percentage
    """Percentage of the session in which the coach spoke, 0 to 100."""
    client_talk_percentage: Percentage
    """Percentage of the session in which the client spoke, 0 to 100."""
    total_turns: Count
    """Number of utterances of all speakers."""
    coach_turns: Count
    """Number of utterances of the coach."""
    client_turns: Count
    """Number of utterances of the client."""
    average_turn_duration_coach: Seconds | None
    """Mean duration of the coach's utterances in seconds; null without utterances."""
    average_turn_duration_client: Seconds | None
    """Mean duration of the client's utterances in seconds; null without utterances."""
    interruption_count: Count
    """Number of times a speaker started before the other had finished."""
    coach_question_count: Count
    """Number of the coach's utterances that are questions."""
    coach_statement_count: Count
    """Number of the coach's utterances that are not questions."""
    question_to_statement_ratio: Ratio | None
    """Questions per statement of the coach, 0 to 99.999; null if the coach did not speak."""
    open_question_count: Count
    """Number of the coach's open questions."""
    closed_question_count: Count
    """Number of the coach's closed questions: yes or no, or a fact, is a complete reply."""
    cue_resistance_count: Count
    """Number of cues in which the client pushed back."""
    cue_commitment_count: Count
    """Number of cues in which the client committed to something."""
    cue_breakthrough_count: Count
    """Number of cues of insight."""
    cue_concern_count: Count
    """Number of cues of worry."""
    cue_deflection_count: Count
    """Number of cues in which the client changed the subject or stayed vague."""
    cue_enthusiasm_count: Count
    """Number of cues of enthusiasm."""
    cue_doubt_count: Count
    """Number of cues of doubt."""
    cue_agreement_count: Count
    """Number of cues of agreement with the coach."""
    cue_goal_setting_count: Count
    """Number of cues in which the client set a concrete goal."""
    client_sentiment_score: Sentiment | None
    """Mean sentiment of the client's utterances, -1 (very negative) to 1 (very positive); null if unknown."""
    coach_sentiment_score: Sentiment | None
    """Mean sentiment of the coach's utterances, -1 to 1; null if unknown."""
    sentiment_variance: float | None = Field(ge=0, le=1)
    """Variance of the client's sentiment within the session, 0 to 1; null with fewer than two values."""
    engagement_score: Score | None
    """Engagement of the client, 0 to 100; null without evidence."""
    response_elaboration_score: Score | None
    """Level of detail of the client's replies, 0 to 100; null if the client did not speak."""
    coach_speech_share: Percentage | None
    """The coach's percentage of the talk time of coach and client, 0 to 100; null if neither spoke."""
    client_speech_share: Percentage | None
    """The client's percentage of the talk time of coach and client, 0 to 100; null if neither spoke."""
    speaker_switch_count: Count
    """Number of changes of the speaker."""
    interruptions_by_coach: Count
    """Number of interruptions by the coach."""
    interruptions_by_client: Count
    """Number of interruptions by the client."""
    longest_monologue_coach_seconds: Seconds | None
    """Duration of the coach's longest uninterrupted speech in seconds; null without utterances."""
    longest_monologue_client_seconds: Seconds | None
    """Duration of the client's longest uninterrupted speech in seconds; null without utterances."""
    client_response_latency_mean_seconds: Seconds | None
    """Mean delay before the client's replies in seconds; null without replies."""
    client_response_latency_median_seconds: Seconds | None
    """Median delay before the client's replies in seconds; null without replies."""
    coach_response_latency_mean_seconds: Seconds | None
    """Mean delay before the coach's replies in seconds; null without replies."""
    coach_response_latency_median_seconds: Seconds | None
    """Median delay before the coach's replies in seconds; null without replies."""
    has_cue_evidence: bool
    """Whether cue detection has processed the session; if not, cue counts of 0 mean unknown."""
    quality_warning: bool
    """Whether the session has quality warnings."""
    quality_warnings: list[str]
    """Quality warnings, e.g. short_session, missing_utterances, single_speaker, cue_detection_pending."""
    completed_at: Timestamp | None
    """Completion time of the transcription; orders sessions of the same date."""
    computed_at: Timestamp
    """Time at which the analytics were computed."""
    model_version: str
    """Version of the models that computed the analytics."""


class LanguageCue(ResponseModel):
    """A language cue in an utterance of the client. Its texts are redacted."""

    id: Identifier
    """Id of the cue."""
    session_analytics_id: Identifier
    """Id of the session's analytics (`session_analytics.id`)."""
    utterance_id: Identifier
    """Id of the utterance."""
    cue_type: CueType
    """Type of the cue."""
    confidence: Probability
    """Probability that the cue is correct, 0 to 1; cues below 0.7 are not reported."""
    text_excerpt: str = Field(max_length=200)
    """Redacted excerpt of the utterance, at most 200 characters."""
    timestamp: Seconds
    """Seconds from the start of the session."""
    timestamp_seconds: Seconds
    """Same value as `timestamp`, under the name of the mart's column."""
    preceding_context: str | None
    """Redacted preceding utterance; null at the start of the session."""
    interpretation: str | None
    """Meaning of the cue in one sentence."""
    created_at: Timestamp
    """Detection time."""


class SessionComparison(ResponseModel):
    """Comparison with the client's previous session. A change is null if either value is unknown."""

    previous_job_id: Identifier
    """Id of the previous session's transcription job."""
    previous_session_date: Date
    """Date of the previous session."""
    engagement_change: PercentagePoints | None
    """Engagement score minus the previous one, -100 to 100 points."""
    sentiment_change: float | None = Field(ge=-2, le=2)
    """Client sentiment minus the previous one, -2 to 2."""
    talk_ratio_change: PercentagePoints | None
    """Client talk percentage minus the previous one, -100 to 100 points."""
    notable_changes: list[str]
    """One sentence per notable change; may be empty."""


class SessionResponse(ResponseModel):
    """Analytics of a session, its cues ordered by time, and the comparison with the previous session."""

    session_analytics: SessionAnalytics
    """Analytics of the session."""
    cues: list[LanguageCue]
    """Language cues ordered by time."""
    comparison: SessionComparison | None
    """Comparison with the previous session; null for the first session."""
