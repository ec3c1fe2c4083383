import type { Trigger } from "./api";
import { t, tn } from "./i18n";

/** The two lines of the trigger's card: when the first one fires, and how many more there are. */
export function triggerLines(triggers: readonly Trigger[]): [string, string] {
  const [first, ...rest] = triggers;
  if (!first) return [t("No trigger yet"), t("Started by hand or by other flows")];
  const name = first.name?.trim() || sentence(first);
  const more = rest.length > 0 ? tn("+{count} more", "+{count} more", rest.length) : "";
  const kind = first.type.replaceAll("_", " ");
  const state = first.enabled ? kind : `${kind} · ${t("off")}`;
  return [name, more ? `${state} · ${more}` : state];
}

/** When it fires, starting with a capital. */
export function sentence(trigger: Trigger): string {
  const told = trigger.sentence?.trim() || trigger.type;
  return told.charAt(0).toLocaleUpperCase() + told.slice(1);
}
