// The cue types in the order of display, each with the tone that decides its colour.

import type { CueType } from "../../api/client/schema";

export type Tone = "positive" | "neutral" | "negative";

export const CUE_TONES: Record<CueType, Tone> = {
  breakthrough: "positive",
  commitment: "positive",
  goal_setting: "positive",
  enthusiasm: "positive",
  agreement: "neutral",
  doubt: "negative",
  concern: "negative",
  deflection: "negative",
  resistance: "negative",
};
