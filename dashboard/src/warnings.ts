// Plain text for the codes in quality_warnings.

const MESSAGES: Record<string, string> = {
  short_session: "Short session, under two minutes: a few words change the numbers a lot.",
  missing_utterances: "The transcript is empty, so nothing could be measured.",
  single_speaker: "Only one speaker was recognised.",
  unattributed_speakers: "Coach and client could not be distinguished, so talk time by person is unknown.",
  low_confidence_diarization: "The transcript may assign some words to the wrong speaker.",
  low_transcript_confidence: "The recording was hard to understand; some words may be wrong.",
  missing_sentiment: "Sentiment was estimated from the words alone.",
  invalid_timestamps: "Some times in the transcript are invalid and were not counted.",
  cue_detection_failed: "The search for language cues failed: there may be cues that are not shown.",
  cue_detection_pending: "The search for language cues has not run yet.",
  insufficient_sessions: "Fewer than two sessions in this period: too few for a trend.",
  stale_risk_score: "The risk score is out of date and will be recomputed.",
};

export const warningMessage = (code: string): string => MESSAGES[code] ?? code.replaceAll("_", " ");
