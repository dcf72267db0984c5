// The nine cues, from what gives hope to what gives pause, and the tone in which each is shown.

import type { CueType } from "../../api/client/schema";

export type Tone = "bright" | "calm" | "dark";

export const CUES: Record<CueType, Tone> = {
  breakthrough: "bright",
  commitment: "bright",
  goal_setting: "bright",
  enthusiasm: "bright",
  agreement: "calm",
  doubt: "dark",
  concern: "dark",
  deflection: "dark",
  resistance: "dark",
};
