import type { ReactElement, ReactNode } from "react";

import { useServices } from "../context";
import { t } from "../i18n";
import { Icon } from "../icons";
import { useStore } from "../store";

export function PanelHead({ title, children }: { title: string; children?: ReactNode }): ReactElement {
  return (
    <header className="ofb-panel-head">
      <h2>{title}</h2>
      {children}
      <CloseButton />
    </header>
  );
}

export function CloseButton(): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  return (
    <button
      type="button"
      className="ofb-plain"
      aria-label={t("Close the panel")}
      title={t("Close the panel")}
      onClick={() => {
        store.set({ panel: "none" });
        commands.focus(store.get().focus);
      }}
    >
      <Icon name="cross" size={16} />
    </button>
  );
}
