import { type KeyboardEvent as ReactKeyboardEvent, type ReactElement, useEffect, useRef } from "react";

import { Canvas } from "./canvas/Canvas";
import { type Services, ServicesContext } from "./context";
import { Dialogs } from "./dialogs/Dialogs";
import { t } from "./i18n";
import { handleKey, isTyping } from "./keys";
import { Banner } from "./Banner";
import { Outline } from "./Outline";
import { Panel } from "./panel/Panel";
import { Picker } from "./Picker";
import { Timeline } from "./run/Timeline";
import { type Store, StoreContext, useSelector, useStore } from "./store";
import { Toolbar } from "./Toolbar";
import { useBackground } from "./background";

/** The whole builder around one store. */
export function Builder({ store, services }: { store: Store; services: Services }): ReactElement {
  return (
    <StoreContext.Provider value={store}>
      <ServicesContext.Provider value={services}>
        <Shell services={services} />
      </ServicesContext.Provider>
    </StoreContext.Provider>
  );
}

function Shell({ services }: { services: Services }): ReactElement {
  const store = useStore();
  const root = useRef<HTMLDivElement>(null);
  const view = useSelector((state) => state.view);
  const full = useSelector((state) => state.fullScreen);
  const panel = useSelector((state) => state.panel);
  useBackground(store, services);
  useClipboard(root, store, services);
  useEffect(() => {
    document.documentElement.classList.toggle("ofb-full-page", full);
    return () => document.documentElement.classList.remove("ofb-full-page");
  }, [full]);
  const onKeyDown = (event: ReactKeyboardEvent): void => {
    if (!event.defaultPrevented) handleKey({ store, services }, event.nativeEvent);
  };
  const classes = [
    "ofb",
    full ? "ofb-full" : "",
    panel === "none" ? "" : "ofb-with-panel",
    store.readOnly ? "ofb-read-only" : "",
  ];
  return (
    <div
      ref={root}
      className={classes.filter(Boolean).join(" ")}
      dir={store.bootstrap.dir}
      onKeyDown={onKeyDown}
    >
      <Toolbar />
      <Banner />
      <div className="ofb-main">
        {view === "canvas" ? <Canvas /> : <Outline />}
        <Panel />
      </div>
      <Timeline />
      <Picker />
      <Dialogs />
      <LiveRegion />
    </div>
  );
}

function LiveRegion(): ReactElement {
  const { text, number } = useSelector((state) => state.announcement);
  return (
    <div className={text ? "ofb-toast" : "ofb-hidden"} role="status" aria-live="polite">
      <span key={number}>{text}</span>
    </div>
  );
}

/** Copy, cut and paste of steps, by the events of the browser: they need neither https nor a permission. */
function useClipboard(root: React.RefObject<HTMLElement | null>, store: Store, { commands }: Services): void {
  useEffect(() => {
    const isOurs = (event: ClipboardEvent): boolean => {
      const inside = root.current?.contains(document.activeElement) ?? false;
      return (
        inside &&
        !isTyping(document.activeElement) &&
        !isTyping(event.target) &&
        !document.getSelection()?.toString()
      );
    };
    const copy = (event: ClipboardEvent): void => {
      const text = isOurs(event) ? commands.fragment() : null;
      if (text === null) return;
      event.preventDefault();
      event.clipboardData?.setData("text/plain", text);
      store.announce(t("Copied."));
      if (event.type === "cut" && !store.readOnly) commands.remove();
    };
    const paste = (event: ClipboardEvent): void => {
      if (!isOurs(event) || store.readOnly) return;
      const text = event.clipboardData?.getData("text/plain") ?? "";
      event.preventDefault();
      void commands.paste(text);
    };
    document.addEventListener("copy", copy);
    document.addEventListener("cut", copy);
    document.addEventListener("paste", paste);
    return () => {
      document.removeEventListener("copy", copy);
      document.removeEventListener("cut", copy);
      document.removeEventListener("paste", paste);
    };
  }, [root, store, commands]);
}
