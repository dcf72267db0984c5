// Formats numbers, dates and names for display. A missing value is shown as "unknown", never as zero.

export const UNKNOWN = "unknown";
type Maybe<T> = T | null | undefined;

const FULL_DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const SHORT_DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

export const number = (value: Maybe<number>, digits = 0): string =>
  value == null ? UNKNOWN : withMinusSign(value.toFixed(digits));

/** A number with its sign: +3 or −3. */
export const signed = (value: Maybe<number>, digits = 0): string => {
  if (value == null) return UNKNOWN;
  const text = value.toFixed(digits);
  return Number(text) > 0 ? `+${text}` : withMinusSign(text);
};

export const percent = (value: Maybe<number>): string => (value == null ? UNKNOWN : `${value.toFixed(0)} %`);

/** Minutes and seconds: 12:05. */
export const duration = (seconds: Maybe<number>): string => {
  if (seconds == null) return UNKNOWN;
  const rounded = Math.round(seconds);
  return `${Math.floor(rounded / 60)}:${String(rounded % 60).padStart(2, "0")}`;
};

export const fullDate = (iso: Maybe<string>): string => (iso == null ? UNKNOWN : FULL_DATE.format(new Date(iso)));
export const shortDate = (iso: string | Date): string => SHORT_DATE.format(new Date(iso));

export const plural = (n: number, singular: string, pluralForm = `${singular}s`): string => `${n} ${n === 1 ? singular : pluralForm}`;

/** An enum value as text: goal_setting becomes "goal setting". */
export const humanize = (name: string): string => name.replaceAll("_", " ");
export const capitalize = (name: string): string => {
  const text = humanize(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** A client's label: the API has ids only, no names. */
export const clientName = (id: string): string => `Client ${id.slice(0, 8)}`;

const withMinusSign = (text: string): string => (/^-0(\.0*)?$/.test(text) ? text.slice(1) : text.replace("-", "−"));
