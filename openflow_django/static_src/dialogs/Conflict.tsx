import { type ReactElement, useMemo, useState } from "react";

import { useServices } from "../context";
import { t, tn } from "../i18n";
import { diff } from "../model/diff";
import { type Choice, type Clash, merge } from "../model/merge";
import { find } from "../model/tree";
import { stepName } from "../labels";
import { useSelector, useStore } from "../store";
import { copyText } from "../panel/StepPanel";
import { Changes } from "./Changes";
import { Frame } from "./Frame";

/** Two people changed the draft: both sides, and a way that keeps both. */
export function ConflictDialog(): ReactElement | null {
  const store = useStore();
  const { persist } = useServices();
  const conflict = useSelector((state) => state.conflict);
  const mine = useSelector((state) => state.document);
  const base = useSelector((state) => state.saved);
  const catalog = useSelector((state) => state.catalog);
  const [choices, setChoices] = useState<Readonly<Record<string, Choice>>>({});
  const merged = useMemo(
    () =>
      conflict ? merge(base, mine, conflict.document, (clash) => choices[nameOf(clash)] ?? "mine") : null,
    [base, mine, conflict, choices],
  );
  const theirs = useMemo(() => (conflict ? diff(base, conflict.document) : []), [base, conflict]);
  if (!conflict || !merged) return null;
  const finish = async (document: typeof mine): Promise<void> => {
    persist.settle(document, conflict);
    store.set({ dialog: null });
    await persist.save();
  };
  const label = (clash: Clash): string => {
    const module =
      clash.key === null ? undefined : (find(mine, clash.key) ?? find(conflict.document, clash.key))?.module;
    return `${module ? stepName(module, catalog) : t("Flow")}${clash.path ? ` · ${clash.path.slice(1)}` : ""}`;
  };
  return (
    <Frame
      title={t("Somebody else changed the draft")}
      wide
      foot={
        <>
          <button
            type="button"
            className="ofb-button"
            onClick={() => void copyText(JSON.stringify(mine, null, 2), store.announce)}
          >
            {t("Copy mine")}
          </button>
          <button type="button" className="ofb-button" onClick={() => void finish(mine)}>
            {t("Overwrite theirs")}
          </button>
          <button
            type="button"
            className="ofb-button"
            onClick={() => {
              store.edit(() => conflict.document, { label: t("take theirs"), select: [] });
              persist.settle(conflict.document, conflict);
              store.set({ dialog: null });
            }}
          >
            {t("Take theirs")}
          </button>
          <button
            type="button"
            className="ofb-button ofb-primary"
            onClick={() => void finish(merged.document)}
          >
            {t("Merge both")}
          </button>
        </>
      }
    >
      <h3>{t("What {who} changed", { who: conflict.updated_by ?? t("somebody") })}</h3>
      <Changes changes={theirs} />
      <h3>{t("What you changed")}</h3>
      <Changes changes={diff(base, mine)} />
      {merged.clashes.length > 0 && (
        <>
          <h3>
            {tn("{count} place that both changed", "{count} places that both changed", merged.clashes.length)}
          </h3>
          {merged.clashes.map((clash) => (
            <fieldset key={nameOf(clash)} className="ofb-group">
              <legend>{label(clash)}</legend>
              {(["mine", "theirs"] as const).map((side) => (
                <label key={side} className="ofb-clash">
                  <input
                    type="radio"
                    name={nameOf(clash)}
                    checked={(choices[nameOf(clash)] ?? "mine") === side}
                    onChange={() => setChoices({ ...choices, [nameOf(clash)]: side })}
                  />
                  {side === "mine" ? t("mine") : t("theirs")}
                  <code>{shown(clash[side])}</code>
                </label>
              ))}
            </fieldset>
          ))}
        </>
      )}
    </Frame>
  );
}

function nameOf({ key, path }: Clash): string {
  return `${key ?? ""}${path}`;
}

function shown(value: unknown): string {
  return value === undefined ? t("removed") : typeof value === "string" ? value : JSON.stringify(value);
}
