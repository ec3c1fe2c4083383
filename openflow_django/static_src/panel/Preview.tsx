import { type ReactElement, useEffect, useState } from "react";

import type { Evaluation } from "../api";
import { t } from "../i18n";
import { useSelector, useStore } from "../store";

const PAUSE_MS = 400;
const SHOWN = 200;

/** What an expression gives with the values of the last run; the server computes it. */
export function Preview({
  stepKey,
  kind,
  text,
  field,
}: {
  stepKey: string;
  kind: "expression" | "template" | "condition";
  text: string;
  field: string;
}): ReactElement | null {
  const store = useStore();
  const [found, setFound] = useState<{ text: string; result: Evaluation } | null>(null);
  const hasValues = useSelector((state) => state.hasValues);
  const offered =
    hasValues &&
    store.api.offers("evaluate") &&
    store.bootstrap.perms.view_run &&
    store.bootstrap.perms.change;
  useEffect(() => {
    if (!offered || text.trim() === "") return undefined;
    const stopped = new AbortController();
    const timer = window.setTimeout(() => {
      const { overlay } = store.get();
      store.api
        .evaluate(
          {
            document: store.get().document,
            step_id: stepKey,
            kind,
            text,
            field,
            source: overlay ? { run: overlay.id } : {},
          },
          stopped.signal,
        )
        .then((result) => setFound({ text, result }))
        .catch(() => setFound(null));
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      stopped.abort();
    };
  }, [store, stepKey, kind, text, field, offered]);
  if (!offered || !found || found.text !== text) return null;
  const { result } = found;
  if (!result.ok) {
    const where = result.error?.line ? t("line {line}: ", { line: result.error.line }) : "";
    return <p className="ofb-preview ofb-error">{`${where}${result.error?.message ?? t("It fails.")}`}</p>;
  }
  const value = JSON.stringify(result.value) ?? "null";
  return (
    <p className="ofb-preview" title={value.slice(0, 2000)}>
      = {value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value}
    </p>
  );
}
