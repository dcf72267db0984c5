// Reasons to read a session's or a client's numbers with care, in plain words.

const SENTENCES: Record<string, string> = {
  short_session: "A short session, under two minutes: a few words weigh a lot.",
  missing_utterances: "The recording holds no words, so nothing could be measured.",
  single_speaker: "Only one voice was heard.",
  unattributed_speakers: "The voices could not be told apart, so nobody knows who spoke how much.",
  low_confidence_diarization: "It is doubtful who said what.",
  low_transcript_confidence: "The recording was hard to understand; some words may be wrong.",
  missing_sentiment: "The mood was judged from the words alone.",
  invalid_timestamps: "Some times in the transcript can't be right; they count as no time at all.",
  cue_detection_failed: "Looking for language cues failed: that none are shown doesn't mean that there were none.",
  cue_detection_pending: "Language cues have not been looked for yet.",
  insufficient_sessions: "Fewer than two sessions in this window: too little for a trend.",
  stale_risk_score: "The risk score has expired and is waiting to be computed again.",
};

export const warning = (code: string): string => SENTENCES[code] ?? code.replaceAll("_", " ");
