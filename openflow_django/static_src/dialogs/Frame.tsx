import { type ReactElement, type ReactNode, useEffect, useId, useRef } from "react";

import { useServices } from "../context";
import { t } from "../i18n";
import { Icon } from "../icons";
import { useStore } from "../store";

/** A native dialog: it traps the focus and closes on Escape by itself. */
export function Frame({
  title,
  wide,
  children,
  foot,
}: {
  title: string;
  wide?: boolean;
  children: ReactNode;
  foot?: ReactNode;
}): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  const close = (): void => {
    store.set({ dialog: null });
    commands.focus(store.get().focus);
  };
  return (
    <dialog
      ref={ref}
      className={wide ? "ofb-dialog ofb-dialog-wide" : "ofb-dialog"}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <header>
        <h2 id={heading}>{title}</h2>
        <button type="button" className="ofb-plain" aria-label={t("Close")} onClick={close}>
          <Icon name="cross" />
        </button>
      </header>
      <div className="ofb-dialog-body">{children}</div>
      {foot && <footer>{foot}</footer>}
    </dialog>
  );
}
