// Numbers, dates and names as a coach reads them. Unknown is said to be unknown, never shown as zero.

export const UNKNOWN = "unknown";
type Maybe<T> = T | null | undefined;

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const SHORT_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** A number with a fixed number of digits behind the point. */
export const number = (value: Maybe<number>, digits = 0): string =>
  value == null ? UNKNOWN : withMinus(value.toFixed(digits));

/** A change, with its sign. */
export const change = (value: Maybe<number>, digits = 0): string => {
  if (value == null) return UNKNOWN;
  const text = value.toFixed(digits);
  return Number(text) > 0 ? `+${text}` : withMinus(text);
};

export const percent = (value: Maybe<number>): string => (value == null ? UNKNOWN : `${value.toFixed(0)} %`);

/** Minutes and seconds: 12:05. */
export const clock = (seconds: Maybe<number>): string => {
  if (seconds == null) return UNKNOWN;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

export const day = (iso: Maybe<string>): string => (iso == null ? UNKNOWN : DAY.format(new Date(iso)));
export const shortDay = (iso: string | Date): string => SHORT_DAY.format(new Date(iso));

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** A word of the contract for people: goal_setting becomes "goal setting". */
export const words = (name: string): string => name.replaceAll("_", " ");
export const capital = (name: string): string => {
  const text = words(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** The warehouse knows clients by id only: the first characters tell them apart. */
export const clientName = (id: string): string => `Client ${id.slice(0, 8)}`;

const withMinus = (text: string): string => (/^-0(\.0*)?$/.test(text) ? text.slice(1) : text.replace("-", "−"));
