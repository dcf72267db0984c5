"""Shape of a session's answer (specification, "Session Analytics"; contract page, "Response shapes")."""

from pydantic import Field

from api.types import (
    Answer,
    Count,
    CueType,
    Day,
    Identifier,
    Percentage,
    Points,
    Probability,
    Ratio,
    Score,
    Seconds,
    Sentiment,
    Timestamp,
)


class SessionAnalytics(Answer):
    """What one session was like."""

    id: Identifier
    """Identity of these analytics; follows from the session, so a rebuild keeps it."""
    job_id: Identifier
    """The session: its completed transcription job."""
    client_id: Identifier
    """Client of the session."""
    coach_id: Identifier
    """Coach of the session: the one who asks."""
    session_date: Day
    """Date of the session in the practice's time zone."""
    total_duration_seconds: Seconds
    """Length of the session in seconds; 0 when nothing was said."""
    coach_talk_time_seconds: Seconds
    """Seconds in which the coach spoke; overlapping recordings count once."""
    client_talk_time_seconds: Seconds
    """Seconds in which the client spoke; overlapping recordings count once."""
    silence_time_seconds: Seconds
    """Seconds in which nobody spoke."""
    coach_talk_percentage: Percentage
    """Share of the session in which the coach spoke, 0 to 100."""
    client_talk_percentage: Percentage
    """Share of the session in which the client spoke, 0 to 100."""
    total_turns: Count
    """Utterances of anybody."""
    coach_turns: Count
    """Utterances of the coach."""
    client_turns: Count
    """Utterances of the client."""
    average_turn_duration_coach: Seconds | None
    """Mean length of a coach's utterance in seconds; null without any."""
    average_turn_duration_client: Seconds | None
    """Mean length of a client's utterance in seconds; null without any."""
    interruption_count: Count
    """Times somebody started before the other had finished."""
    coach_question_count: Count
    """Utterances of the coach that ask something."""
    coach_statement_count: Count
    """Utterances of the coach that ask nothing."""
    question_to_statement_ratio: Ratio | None
    """Questions for each statement, 0 to 99.999; null when the coach said nothing."""
    open_question_count: Count
    """Questions that invite the client to tell."""
    closed_question_count: Count
    """Questions that a yes, a no or a fact answers."""
    cue_resistance_count: Count
    """Moments in which the client pushed back."""
    cue_commitment_count: Count
    """Moments in which the client committed to something."""
    cue_breakthrough_count: Count
    """Moments of insight."""
    cue_concern_count: Count
    """Moments of worry."""
    cue_deflection_count: Count
    """Moments in which the client changed the subject or stayed vague."""
    cue_enthusiasm_count: Count
    """Moments of enthusiasm."""
    cue_doubt_count: Count
    """Moments of doubt."""
    cue_agreement_count: Count
    """Moments of agreement with the coach."""
    cue_goal_setting_count: Count
    """Moments in which the client set a concrete goal."""
    client_sentiment_score: Sentiment | None
    """Mean sentiment of the client's utterances, -1 (very negative) to 1 (very positive); null if unknown."""
    coach_sentiment_score: Sentiment | None
    """Mean sentiment of the coach's utterances, -1 to 1; null if unknown."""
    sentiment_variance: float | None = Field(ge=0, le=1)
    """Variance of the client's sentiment within the session, 0 to 1; null below two known values."""
    engagement_score: Score | None
    """How engaged the client was, 0 to 100; null without evidence of the client."""
    response_elaboration_score: Score | None
    """How detailed the client's answers were, 0 to 100; null when the client said nothing."""
    coach_speech_share: Percentage | None
    """Coach's share of what coach and client spoke, 0 to 100; null when neither spoke."""
    client_speech_share: Percentage | None
    """Client's share of what coach and client spoke, 0 to 100; null when neither spoke."""
    speaker_switch_count: Count
    """Times the speaker changed."""
    interruptions_by_coach: Count
    """Interruptions in which the coach broke in."""
    interruptions_by_client: Count
    """Interruptions in which the client broke in."""
    longest_monologue_coach_seconds: Seconds | None
    """Longest run of the coach's utterances in seconds; null without any."""
    longest_monologue_client_seconds: Seconds | None
    """Longest run of the client's utterances in seconds; null without any."""
    client_response_latency_mean_seconds: Seconds | None
    """Mean time before the client answered, in seconds; null without an answer."""
    client_response_latency_median_seconds: Seconds | None
    """Median time before the client answered, in seconds; null without an answer."""
    coach_response_latency_mean_seconds: Seconds | None
    """Mean time before the coach answered, in seconds; null without an answer."""
    coach_response_latency_median_seconds: Seconds | None
    """Median time before the coach answered, in seconds; null without an answer."""
    has_cue_evidence: bool
    """Whether the session was read for language cues; if not, counts of 0 mean unknown."""
    quality_warning: bool
    """Whether there is a reason to read these numbers with care."""
    quality_warnings: list[str]
    """The reasons, e.g. short_session, missing_utterances, single_speaker, cue_detection_pending."""
    completed_at: Timestamp | None
    """When the transcription was completed; orders two sessions of one day."""
    computed_at: Timestamp
    """When these numbers were computed."""
    model_version: str
    """Version of the formulas."""


class LanguageCue(Answer):
    """A moment in which the client's words gave something away. Its texts are redacted."""

    id: Identifier
    """Identity of the cue."""
    session_analytics_id: Identifier
    """The session's analytics (`session_analytics.id`)."""
    utterance_id: Identifier
    """The utterance that was read."""
    cue_type: CueType
    """What was found."""
    confidence: Probability
    """Probability that it is right, 0 to 1; at least 0.7 is kept."""
    text_excerpt: str = Field(max_length=200)
    """The words, redacted, at most 200 characters."""
    timestamp: Seconds
    """Seconds from the start of the session."""
    timestamp_seconds: Seconds
    """The same, under the name of the mart's column."""
    preceding_context: str | None
    """What was said just before, redacted; null at the start."""
    interpretation: str | None
    """Why this matters, in a sentence."""
    created_at: Timestamp
    """When the cue was detected."""


class SessionComparison(Answer):
    """The session beside the same client's previous one. A change is null where either side is unknown."""

    previous_job_id: Identifier
    """The previous session."""
    previous_session_date: Day
    """Its date."""
    engagement_change: Points | None
    """Engagement score minus the previous one, -100 to 100 points."""
    sentiment_change: float | None = Field(ge=-2, le=2)
    """Client sentiment minus the previous one, -2 to 2."""
    talk_ratio_change: Points | None
    """Client talk percentage minus the previous one, -100 to 100 points."""
    notable_changes: list[str]
    """A sentence for each change that is large enough to matter; may be empty."""


class SessionResponse(Answer):
    """A session's analytics, its cues in the order of the conversation, and the comparison."""

    session_analytics: SessionAnalytics
    """The session's numbers."""
    cues: list[LanguageCue]
    """What the client's words gave away, by time."""
    comparison: SessionComparison | None
    """Against the previous session; null for the first."""
