import type { Translations } from "./boot";

/** Texts in the language of the page. The English text is the key; `{name}` is replaced by a value. */

type Values = Record<string, string | number>;
type PluralRule = (count: number) => number;

const oneOther: PluralRule = (count) => (count === 1 ? 0 : 1);
const slavic: PluralRule = (count) => {
  const [ten, hundred] = [count % 10, count % 100];
  if (ten === 1 && hundred !== 11) return 0;
  return ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14) ? 1 : 2;
};
const polish: PluralRule = (count) => (count === 1 ? 0 : Math.max(1, slavic(count)));
const czech: PluralRule = (count) => (count === 1 ? 0 : count >= 2 && count <= 4 ? 1 : 2);
const arabic: PluralRule = (count) => {
  if (count <= 2) return count;
  const hundred = count % 100;
  return hundred >= 3 && hundred <= 10 ? 3 : hundred >= 11 ? 4 : 5;
};

/** Which form a number takes, as CLDR has it. gettext's own expression would have to be evaluated. */
const RULES: Record<string, PluralRule> = {
  ...each(["ja", "ko", "zh", "vi", "th", "id", "ms"], () => 0),
  ...each(["fr", "pt-br", "hy"], (count) => (count < 2 ? 0 : 1)),
  ...each(["ru", "uk", "be", "sr", "hr", "bs"], slavic),
  ...each(["cs", "sk"], czech),
  pl: polish,
  ar: arabic,
  lt: (count) => (count % 10 === 1 && count % 100 !== 11 ? 0 : slavic(count) === 1 || count % 10 > 4 ? 1 : 2),
};

function each(languages: string[], rule: PluralRule): Record<string, PluralRule> {
  return Object.fromEntries(languages.map((language) => [language, rule]));
}

let texts: Translations = {};
let rule: PluralRule = oneOther;
let language = "en";

export function speak(translations: Translations | undefined, code: string): void {
  texts = translations ?? {};
  language = code || "en";
  const name = language.toLowerCase();
  rule = RULES[name] ?? RULES[name.split("-")[0] ?? ""] ?? oneOther;
}

export function t(text: string, values?: Values): string {
  const found = texts[text];
  return filled((Array.isArray(found) ? found[0] : found) || text, values);
}

/** The text for a number; `{count}` is the number itself. */
export function tn(one: string, other: string, count: number, values?: Values): string {
  const found = texts[one];
  const form = Array.isArray(found) ? found[Math.min(rule(count), found.length - 1)] : undefined;
  return filled(form || (count === 1 ? one : other), { count: number(count), ...values });
}

function filled(text: string, values: Values | undefined): string {
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

export function number(value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

export function time(moment: string | number | Date): string {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(new Date(moment));
}

export function dateTime(moment: string | number | Date): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(moment),
  );
}

/** Milliseconds as people read them: "120 ms", "3.4 s", "2 min". */
export function duration(ms: number): string {
  if (ms < 1000) return t("{count} ms", { count: number(Math.round(ms)) });
  if (ms < 120_000) return t("{count} s", { count: number(Math.round(ms / 100) / 10) });
  if (ms < 7_200_000) return t("{count} min", { count: number(Math.round(ms / 60_000)) });
  return t("{count} h", { count: number(Math.round(ms / 360_000) / 10) });
}
