import { t } from "./i18n";
import { equalJson, parseJson } from "./json";
import type { FlowDocument } from "./model/types";
import type { Persist } from "./persist";
import { isDirty, type Store } from "./store";

/** The text area that saves the document where there is no builder, and the form around it. */
export interface Fallback {
  hide: () => void;
  tellUnusable: () => void;
  giveBack: (document: FlowDocument) => void;
  /** Saves the draft before the form is sent, so that the form finds its document saved. */
  followForm: (store: Store, persist: Persist) => void;
}

export function fallbackOf(mount: HTMLElement): Fallback {
  const area = document.getElementById(mount.dataset.textarea ?? "id_document") as HTMLTextAreaElement | null;
  const row = area?.closest<HTMLElement>(mount.dataset.row ?? ".form-row") ?? area;
  const tell = (text: string): void => {
    const note = document.createElement("p");
    note.className = "ofb-fallback";
    note.setAttribute("role", "alert");
    note.textContent = text;
    mount.replaceChildren(note);
    row?.removeAttribute("hidden");
  };
  const write = (value: FlowDocument): void => {
    if (area) area.value = JSON.stringify(value, null, 2);
  };
  return {
    hide: () => row?.setAttribute("hidden", ""),
    tellUnusable: () =>
      tell(t("This document does not have the shape of a flow. Repair it in the text below.")),
    giveBack: (value) => {
      write(value);
      mount.hidden = false;
      tell(t("The builder stopped working. Your document is in the text below, as you left it."));
    },
    followForm: (store, persist) => {
      const form = area?.form ?? mount.closest("form");
      if (!form || store.readOnly) return;
      let going = false;
      form.addEventListener("submit", (event) => {
        if (going) return;
        if (!isDirty(store.get())) {
          keep(area, store.get().document, write);
          return;
        }
        event.preventDefault();
        const { submitter } = event;
        void persist.save().then((saved) => {
          if (!saved) {
            mount.scrollIntoView({ block: "start" });
            return;
          }
          keep(area, store.get().document, write);
          going = true;
          form.requestSubmit(submitter instanceof HTMLElement ? submitter : null);
          going = false;
        });
      });
    },
  };
}

/** Leaves the text alone where it says the same: the form then knows that nothing was changed in it. */
function keep(
  area: HTMLTextAreaElement | null,
  document: FlowDocument,
  write: (value: FlowDocument) => void,
): void {
  if (!area) return;
  try {
    if (equalJson(parseJson(area.value), document)) return;
  } catch {
    // What does not parse is replaced.
  }
  write(document);
}
