import { type ReactElement, useState } from "react";

import { useServices } from "../context";
import { t } from "../i18n";
import { Icon } from "../icons";
import { find } from "../model/tree";
import type { Json, Module } from "../model/types";
import { LastRun } from "../run/LastRun";
import { isLoop, loopsAround } from "../run/states";
import { useSelector, useStore } from "../store";
import { JsonField } from "./JsonField";

/** Tests of one step: it alone, everything up to it, one round of it; its result can be pinned. */
export function StepTest({ stepKey, module }: { stepKey: string; module: Module }): ReactElement {
  const store = useStore();
  const { testing } = useServices();
  const [own, setOwn] = useState(false);
  const [input, setInput] = useState<Json>({});
  const [round, setRound] = useState(0);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const pinned = useSelector((state) => state.pins.has(module.id));
  const overlay = useSelector((state) => state.overlay);
  const loop = isLoop(store.get(), stepKey);
  const takesInput = ["rawscript", "script", "flow"].includes(module.value.type);
  const run = async (mode: "step" | "iteration"): Promise<void> => {
    setBusy(true);
    const state = store.get();
    const around = loopsAround(state, stepKey).map((key) => state.overlay?.loops[key] ?? 0);
    const iter = mode === "iteration" ? [...around, round] : around;
    setFailure(await testing.test(mode, mode === "step" ? (own ? input : null) : {}, module.id, iter));
    setBusy(false);
  };
  return (
    <>
      {takesInput && (
        <label className="ofb-check">
          <input type="checkbox" checked={own} onChange={(event) => setOwn(event.target.checked)} />
          {t("With inputs of my own instead of those of the last run")}
        </label>
      )}
      {own && takesInput && (
        <JsonField
          value={input}
          label={t("Inputs of the step")}
          onChange={(value) => setInput(value ?? {})}
        />
      )}
      <div className="ofb-row-tools">
        <button
          type="button"
          className="ofb-button ofb-primary"
          disabled={busy}
          onClick={() => void run("step")}
        >
          <Icon name="play" size={14} />
          {t("Test this step")}
        </button>
        <button
          type="button"
          className="ofb-button"
          disabled={busy}
          onClick={() => store.set({ dialog: { kind: "test" } })}
        >
          {t("Test up to here…")}
        </button>
      </div>
      {loop && (
        <div className="ofb-row-tools">
          <label className="ofb-inline">
            {t("Round")}
            <input
              type="number"
              min={1}
              className="ofb-number"
              value={round + 1}
              onChange={(event) => setRound(Math.max(0, Number(event.target.value) - 1))}
            />
          </label>
          <button type="button" className="ofb-button" disabled={busy} onClick={() => void run("iteration")}>
            {t("Test this round")}
          </button>
        </div>
      )}
      <EffectsNote />
      {failure && (
        <p className="ofb-error" role="alert">
          {failure}
        </p>
      )}
      {pinned && (
        <p className="ofb-pinned">
          <Icon name="pin" size={14} />
          {t("Tests take a pinned result instead of running this step.")}
          <PinButton stepId={module.id} value={null} text={t("Remove the pin")} />
        </p>
      )}
      {overlay && find(store.get().document, stepKey) && <LastRun stepKey={stepKey} />}
    </>
  );
}

export function PinButton({
  stepId,
  value,
  text,
}: {
  stepId: string;
  value: Json;
  text: string;
}): ReactElement {
  const { testing } = useServices();
  return (
    <button
      type="button"
      className="ofb-button ofb-small-button"
      onClick={() => void testing.pin(stepId, value)}
    >
      <Icon name="pin" size={12} />
      {text}
    </button>
  );
}

/** Tests are real: what they do outside is told. */
export function EffectsNote(): ReactElement | null {
  const document = useSelector((state) => state.document);
  const catalog = useSelector((state) => state.catalog);
  const acting = catalog.operations.filter(
    ({ effects, path }) => effects === true && JSON.stringify(document).includes(`"${path}"`),
  );
  if (acting.length === 0) return null;
  return (
    <p className="ofb-help">
      {t("Tests really do what the steps do: {names}.", {
        names: acting.map(({ label }) => label).join(", "),
      })}
    </p>
  );
}
