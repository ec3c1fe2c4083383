import { type ReactElement, useEffect } from "react";

import { useServices } from "./context";
import { dateTime, t } from "./i18n";
import { useSelector, useStore } from "./store";

/** What must be decided before the work goes on: a conflict, an older copy. */
export function Banner(): ReactElement | null {
  const store = useStore();
  const { persist } = useServices();
  const conflict = useSelector((state) => state.conflict);
  const save = useSelector((state) => state.save);
  const message = useSelector((state) => state.saveMessage);
  useEffect(() => {
    const copy = store.readOnly ? null : persist.restorable();
    if (copy)
      store.set({
        dialog: { kind: "restore", document: copy.document, at: new Date(copy.at).toISOString() },
      });
  }, [store, persist]);
  if (conflict) {
    const who = conflict.updated_by ?? t("Somebody");
    const when = conflict.updated_at ? dateTime(conflict.updated_at) : "";
    return (
      <div className="ofb-banner" role="alert">
        <p>
          {t(
            "{who} saved this flow meanwhile ({when}). Nothing of yours is lost; go on and decide when you like.",
            { who, when },
          )}
        </p>
        <button
          type="button"
          className="ofb-button"
          onClick={() => store.set({ dialog: { kind: "conflict" } })}
        >
          {t("Compare and merge…")}
        </button>
      </div>
    );
  }
  if (message !== "" && (save === "offline" || save === "failed")) {
    return (
      <div className="ofb-banner" role="alert">
        <p>{message}</p>
        <button type="button" className="ofb-button" onClick={() => void persist.save()}>
          {t("Try again")}
        </button>
      </div>
    );
  }
  return null;
}
