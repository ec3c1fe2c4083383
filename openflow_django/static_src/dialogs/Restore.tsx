import { type ReactElement, useState } from "react";

import { useServices } from "../context";
import { dateTime, t } from "../i18n";
import { diff } from "../model/diff";
import type { FlowDocument } from "../model/types";
import { useStore } from "../store";
import { Changes } from "./Changes";
import { Frame } from "./Frame";

/** The copy of an earlier visit whose changes never reached the server. */
export function RestoreDialog({ document, at }: { document: FlowDocument; at: string }): ReactElement {
  const store = useStore();
  const { persist } = useServices();
  const [open, setOpen] = useState(false);
  return (
    <Frame
      title={t("Restore your unsaved changes?")}
      wide
      foot={
        <>
          <button
            type="button"
            className="ofb-button"
            onClick={() => {
              persist.dropCopy();
              store.set({ dialog: null });
            }}
          >
            {t("Discard")}
          </button>
          <button
            type="button"
            className="ofb-button ofb-primary"
            onClick={() => {
              store.edit(() => document, { label: t("restore the unsaved changes"), select: [] });
              store.set({ dialog: null });
            }}
          >
            {t("Restore")}
          </button>
        </>
      }
    >
      <p>{t("This browser kept changes of {when} that were not saved.", { when: dateTime(at) })}</p>
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t("Show the difference")}</summary>
        {open && <Changes changes={diff(store.get().document, document)} />}
      </details>
    </Frame>
  );
}
