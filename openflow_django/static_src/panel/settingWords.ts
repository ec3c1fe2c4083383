import { duration, t, tn } from "../i18n";
import { transformText } from "../labels";
import type { Module, Transform } from "../model/types";

/** One line for each setting that is on; an empty text for those that are off. */

export type SettingName =
  "retry" | "error" | "timeout" | "skip" | "stop" | "suspend" | "sleep" | "cache" | "mock" | "delete";

export function settingWords(module: Module): Record<SettingName, string> {
  return {
    retry: retryWords(module),
    error: errorWords(module),
    timeout: module.timeout ? secondsWords(module.timeout) : "",
    skip: module.skip_if ? t("if {condition}", { condition: module.skip_if.expr }) : "",
    stop: stopWords(module),
    suspend: suspendWords(module),
    sleep: module.sleep ? secondsWords(module.sleep) : "",
    cache: module.cache_ttl ? clockWords(module.cache_ttl) : "",
    mock: module.mock?.enabled ? t("on, also in production") : "",
    delete: module.delete_after_use || typeof module.delete_after_secs === "number" ? t("after the run") : "",
  };
}

function retryWords({ retry }: Module): string {
  const part = retry?.exponential ?? retry?.constant;
  if (!part) return "";
  const tries = tn("{count} try", "{count} tries", (part.attempts ?? 0) + 1);
  const time = clockWords(part.seconds ?? 0);
  return retry?.exponential
    ? t("{tries}, {time} growing", { tries, time })
    : t("{tries}, {time} apart", { tries, time });
}

function errorWords({ error_branch: branch, continue_on_error: goes }: Module): string {
  if (branch) return branch.then === "continue" ? t("own steps, then go on") : t("own steps, then stop");
  return goes ? t("go on") : "";
}

function stopWords({ stop_after_if: stop, stop_after_all_iters_if: all }: Module): string {
  const found = stop ?? all;
  return found ? t("if {condition}", { condition: found.expr }) : "";
}

function suspendWords({ suspend }: Module): string {
  if (!suspend) return "";
  const answers = tn("{count} answer", "{count} answers", suspend.required_events ?? 0);
  return suspend.timeout ? `${answers}, ${secondsWords(suspend.timeout)}` : answers;
}

function secondsWords(value: Transform | number): string {
  const seconds = typeof value === "number" ? value : value.type === "static" ? value.value : null;
  return typeof seconds === "number" ? clockWords(seconds) : transformText(value);
}

/** Seconds as people say them. */
export function clockWords(seconds: number): string {
  if (seconds >= 172_800) return tn("{count} day", "{count} days", Math.round(seconds / 8640) / 10);
  return duration(seconds * 1000);
}
