import { t, tn } from "../i18n";
import type { Module } from "../model/types";

/** What is set on a step, as small pictures with their words. */
export interface Badge {
  icon: string;
  text: string;
  tone?: "error" | "pin";
}

export function badges(module: Module, pinned: boolean, issues: number): Badge[] {
  const list: (Badge | false | null | undefined)[] = [
    issues > 0 && { icon: "warning", text: tn("{count} problem", "{count} problems", issues), tone: "error" },
    pinned && { icon: "pin", text: t("A pinned result is used in tests"), tone: "pin" },
    module.mock?.enabled && {
      icon: "flag",
      text: t("Gives a fixed result, also in production"),
      tone: "pin",
    },
    module.skip_if && { icon: "skip", text: t("May be skipped") },
    module.retry &&
      (module.retry.constant || module.retry.exponential) && { icon: "retry", text: t("Tries again") },
    module.suspend && { icon: "approval", text: t("Waits for an answer") },
    Boolean(module.sleep) && { icon: "pause", text: t("Waits afterwards") },
    Boolean(module.timeout) && { icon: "clock", text: t("Has a time limit") },
    Boolean(module.cache_ttl) && { icon: "data", text: t("Keeps its result for a while") },
    (module.stop_after_if || module.stop_after_all_iters_if) && {
      icon: "stop",
      text: t("May end the flow early"),
    },
    (module.continue_on_error || module.error_branch?.then === "continue") && {
      icon: "shield",
      text: t("The flow goes on when it fails"),
    },
  ];
  return list.filter((badge): badge is Badge => Boolean(badge));
}
