import { type ReactElement, useEffect, useState } from "react";

import type { Iterations, RunId, StepDetail, StepState } from "../api";
import { useServices } from "../context";
import { duration, t, tn } from "../i18n";
import { Icon } from "../icons";
import { stateLabel, stateName, STATE_ICONS } from "../labels";
import { find } from "../model/tree";
import type { Json } from "../model/types";
import { PinButton } from "../panel/Test";
import { useSelector, useStore } from "../store";
import { chosenRows, isLoop } from "./states";
import { Value } from "./Value";

/** What became of a step in the run that is drawn: values, log, attempts, rounds. */
export function LastRun({ stepKey }: { stepKey: string }): ReactElement {
  const store = useStore();
  const { testing } = useServices();
  const overlay = useSelector((state) => state.overlay);
  const last = useSelector((state) => state.lastRun);
  const document = useSelector((state) => state.document);
  if (!overlay) {
    return last ? (
      <button
        type="button"
        className="ofb-button"
        onClick={() => testing.follow(last.id, { mode: "test", document: null })}
      >
        {t("Show the last run")}
      </button>
    ) : (
      <p className="ofb-quiet">{t("Nothing has run on this page yet. Test the flow to see values here.")}</p>
    );
  }
  const rows = chosenRows({ ...store.get(), overlay, document }, overlay, stepKey);
  const row =
    rows.find(({ key }) => key === overlay.step) ??
    rows.findLast(({ state }) => stateName(state) === "failed") ??
    rows.at(-1);
  const loop = isLoop(store.get(), stepKey);
  return (
    <div className="ofb-last">
      {loop && row && <IterationPicker run={overlay.id} row={row} stepKey={stepKey} />}
      {row ? (
        <Row run={overlay.id} row={row} stepKey={stepKey} />
      ) : (
        <p className="ofb-quiet">{t("This step was not reached.")}</p>
      )}
      {rows.length > 1 && (
        <ul className="ofb-rounds">
          {rows.slice(-20).map((each) => (
            <li key={each.key}>
              <button
                type="button"
                className={each.key === row?.key ? "ofb-plain ofb-on" : "ofb-plain"}
                onClick={() => store.set({ overlay: { ...overlay, step: each.key } })}
              >
                <Icon name={STATE_ICONS[stateName(each.state)]} size={12} />
                {each.key}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Row({ run, row, stepKey }: { run: RunId; row: StepState; stepKey: string }): ReactElement {
  const store = useStore();
  const { testing } = useServices();
  const [detail, setDetail] = useState<StepDetail | null>(null);
  const [attempt, setAttempt] = useState<number | undefined>(undefined);
  const [hidden, setHidden] = useState<string | null>(null);
  const state = stateName(row.state);
  const id = find(store.get().document, stepKey)?.module.id ?? row.step_id;
  useEffect(() => {
    let gone = false;
    store.api
      .step(run, row.key, attempt)
      .then((found) => {
        if (!gone) setDetail(found);
      })
      .catch((error: unknown) => {
        if (!gone) setHidden(error instanceof Error ? error.message : "");
      });
    return () => {
      gone = true;
    };
  }, [store, run, row.key, row.state, attempt]);
  const restart = async (): Promise<void> => {
    try {
      const { run: fresh } = await store.api.restart(run, { from_step: row.key });
      const page = store.api.runPage(fresh);
      if (store.bootstrap.run && page) window.location.assign(page);
      else testing.follow(fresh, { mode: "test", document: null });
    } catch (error) {
      store.announce(error instanceof Error ? error.message : "");
    }
  };
  return (
    <>
      <p className={`ofb-last-state ofb-state-${state}`}>
        <Icon name={STATE_ICONS[state]} size={16} />
        <strong>{stateLabel(state)}</strong>
        {typeof row.ms === "number" && <span>{duration(row.ms)}</span>}
        {row.pinned && <em>{t("pinned, not real")}</em>}
      </p>
      {(detail?.attempts?.length ?? 0) > 1 && (
        <label className="ofb-inline">
          {t("Attempt")}
          <select
            value={String(detail?.attempt ?? "")}
            onChange={(event) => setAttempt(Number(event.target.value))}
          >
            {detail?.attempts?.map((each) => (
              <option key={each.attempt} value={String(each.attempt)}>
                {`${String(each.attempt)}: ${stateLabel(stateName(each.state))}`}
              </option>
            ))}
          </select>
        </label>
      )}
      {(detail?.error ?? row.error) && (
        <Value title={t("Error")} value={(detail?.error ?? row.error) as Json} open />
      )}
      {detail && (
        <>
          <Value title={t("Result")} value={detail.result} open={!detail.error} />
          <Value title={t("Input")} value={detail.input} open={false} />
          <Logs logs={detail.logs} />
        </>
      )}
      {hidden !== null && !detail && row.ms !== null && (
        <p className="ofb-quiet">{hidden || t("The values cannot be shown.")}</p>
      )}
      <div className="ofb-row-tools">
        {detail && detail.result !== null && !store.readOnly && (
          <PinButton stepId={id} value={detail.result} text={t("Pin this result")} />
        )}
        {store.bootstrap.perms.replay && store.bootstrap.run && (
          <button type="button" className="ofb-button ofb-small-button" onClick={() => void restart()}>
            {t("Restart from here")}
          </button>
        )}
      </div>
    </>
  );
}

function Logs({ logs }: { logs: StepDetail["logs"] }): ReactElement | null {
  const lines =
    typeof logs === "string" ? logs.split("\n").map((message) => ({ message, level: "" })) : (logs ?? []);
  if (lines.length === 0) return null;
  return (
    <details open>
      <summary>{t("Log")}</summary>
      <ol className="ofb-logs">
        {lines.map((line, at) => (
          <li key={at} data-level={line.level}>
            {line.level && <span>{line.level}</span>}
            {line.message}
          </li>
        ))}
      </ol>
    </details>
  );
}

/** Which round of a loop is looked at. */
function IterationPicker({
  run,
  row,
  stepKey,
}: {
  run: RunId;
  row: StepState;
  stepKey: string;
}): ReactElement | null {
  const store = useStore();
  const overlay = useSelector((state) => state.overlay);
  const [found, setFound] = useState<Iterations | null>(null);
  const [failedOnly, setFailedOnly] = useState(false);
  useEffect(() => {
    let gone = false;
    store.api
      .iterations(run, row.key, failedOnly ? { state: "failed" } : {})
      .then((page) => {
        if (!gone) setFound(page);
      })
      .catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [store, run, row.key, row.state, failedOnly]);
  if (!overlay || !found) return null;
  const { items } = found;
  const chosen = overlay.loops[stepKey];
  const at = items.findIndex(({ index }) => index === chosen);
  const go = async (to: number): Promise<void> => {
    const item = items[to];
    if (!item) return;
    const loops = { ...overlay.loops, [stepKey]: item.index };
    store.set({ overlay: { ...overlay, loops, step: null } });
    // Rounds far down a list are told only when somebody looks at them.
    const more = await store.api.below(run, `${row.key}/${String(item.index)}`).catch(() => null);
    const now = store.get().overlay;
    if (!more || now?.id !== run || !now.state) return;
    const known = new Set(now.state.steps.map(({ key }) => key));
    const steps = [...now.state.steps, ...more.steps.filter(({ key }) => !known.has(key))];
    if (steps.length > now.state.steps.length)
      store.set({ overlay: { ...now, state: { ...now.state, steps } } });
  };
  return (
    <div
      className="ofb-iterations"
      role="group"
      aria-label={t("Round")}
      onKeyDown={(event) => {
        if (event.key === "ArrowRight") void go(at + 1);
        else if (event.key === "ArrowLeft") void go(at - 1);
      }}
    >
      <button
        type="button"
        className="ofb-plain"
        aria-label={t("Previous round")}
        disabled={at <= 0}
        onClick={() => void go(at - 1)}
      >
        <Icon name="back" size={14} />
      </button>
      <select
        aria-label={t("Round")}
        value={at < 0 ? "" : String(at)}
        onChange={(event) => void go(Number(event.target.value))}
      >
        <option value="">{tn("all of {count} round", "all of {count} rounds", found.total)}</option>
        {items.map((item, number) => (
          <option key={item.index} value={String(number)}>
            {`${String(item.index + 1)} / ${String(found.total)} · ${stateLabel(stateName(item.state))}`}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="ofb-plain ofb-turned"
        aria-label={t("Next round")}
        disabled={at >= items.length - 1}
        onClick={() => void go(at + 1)}
      >
        <Icon name="back" size={14} />
      </button>
      <label className="ofb-check">
        <input
          type="checkbox"
          checked={failedOnly}
          onChange={(event) => setFailedOnly(event.target.checked)}
        />
        {t("failed only")}
      </label>
    </div>
  );
}
