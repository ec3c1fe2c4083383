import { type KeyboardEvent, type ReactElement, useEffect, useId, useMemo, useRef, useState } from "react";

import { useServices } from "./context";
import { t, tn } from "./i18n";
import { Icon } from "./icons";
import { isSinglePlace } from "./model/tree";
import { matching, type Pick, picks, recent, remember } from "./picks";
import { type PickerRequest, useSelector, useStore } from "./store";

/** The list of what can be added, at the place where it was asked for. */
export function Picker(): ReactElement | null {
  const request = useSelector((state) => state.picker);
  return request ? (
    <PickerBox key={`${request.slot.list}${String(request.slot.index)}`} request={request} />
  ) : null;
}

const WIDTH = 320;
const HEIGHT = 420;

function PickerBox({ request }: { request: PickerRequest }): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const catalog = useSelector((state) => state.catalog);
  const catalogState = useSelector((state) => state.catalogState);
  const code = store.bootstrap.perms.code;
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const list = useId();
  const all = useMemo(
    () => picks(catalog, { js: code?.js !== false, python: code?.python === true }),
    [catalog, code],
  );
  const shown = useMemo(() => ordered(all, text), [all, text]);
  const close = (refocus: boolean): void => {
    store.set({ picker: null });
    if (refocus) commands.focus(store.get().focus);
  };
  const choose = (pick: Pick): void => {
    const modules = pick.make(commands.freshId());
    const [only] = modules;
    remember(pick.id);
    store.set({ picker: null });
    if (modules.length === 1 && only) commands.insert(request.slot, only);
    else commands.insertMany(request.slot, modules);
  };
  useEffect(() => {
    const away = (event: PointerEvent): void => {
      if (!box.current?.contains(event.target as Node)) store.set({ picker: null });
    };
    window.addEventListener("pointerdown", away, true);
    return () => window.removeEventListener("pointerdown", away, true);
  }, [store]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const left = Math.max(8, Math.min(request.x, window.innerWidth - WIDTH - 8));
    const top = Math.max(8, Math.min(request.y, window.innerHeight - HEIGHT - 8));
    element.style.insetInlineStart = "auto";
    element.style.left = `${String(left)}px`;
    element.style.top = `${String(top)}px`;
  }, [request]);
  useEffect(() => {
    box.current
      ?.querySelector(`#${CSS.escape(`${list}-${String(active)}`)}`)
      ?.scrollIntoView({ block: "nearest" });
  }, [active, list]);
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const last = shown.length - 1;
    const moves: Record<string, number> = {
      ArrowDown: active === last ? 0 : active + 1,
      ArrowUp: active === 0 ? last : active - 1,
      PageDown: Math.min(last, active + 8),
      PageUp: Math.max(0, active - 8),
    };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      setActive(Math.max(0, to));
    } else if (event.key === "Enter") {
      event.preventDefault();
      const pick = shown[active]?.pick;
      if (pick) choose(pick);
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      close(true);
    }
  };
  return (
    <div ref={box} className="ofb-picker" role="dialog" aria-label={t("Add a step")}>
      <input
        autoFocus
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={shown[active] ? `${list}-${String(active)}` : undefined}
        aria-label={t("Search what the step does")}
        placeholder={t("What should happen?")}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        onPaste={(event) => {
          const pasted = event.clipboardData.getData("text/plain");
          if (!/^\s*[[{]/.test(pasted)) return;
          event.preventDefault();
          store.set({ picker: null });
          void commands.paste(pasted, request.slot);
        }}
      />
      <p className="ofb-hidden" role="status">
        {tn("{count} entry", "{count} entries", shown.length)}
      </p>
      <div id={list} role="listbox" aria-label={t("Steps")} className="ofb-picker-list">
        {shown.map(({ pick, heading }, at) => (
          <div key={`${pick.id}${heading ?? ""}`} role="presentation">
            {heading !== null && (
              <div className="ofb-picker-heading" role="presentation">
                {heading}
              </div>
            )}
            <div
              id={`${list}-${String(at)}`}
              role="option"
              aria-selected={at === active}
              className="ofb-picker-item"
              onPointerMove={() => setActive(at)}
              onClick={() => choose(pick)}
            >
              <span className="ofb-card-icon">
                <Icon name={pick.icon} size={18} />
              </span>
              <span className="ofb-card-text">
                <strong>{pick.label}</strong>
                <span>{pick.description}</span>
              </span>
            </div>
          </div>
        ))}
        {shown.length === 0 && <p className="ofb-quiet">{t("Nothing fits.")}</p>}
        {catalogState === "failed" && <p className="ofb-error">{t("The operations could not be loaded.")}</p>}
      </div>
      <footer className="ofb-picker-foot">
        {isSinglePlace(request.slot.list)
          ? t("One step runs when the flow fails.")
          : t("Ctrl+V here pastes steps, also of a Directus flow.")}
      </footer>
    </div>
  );
}

interface Shown {
  pick: Pick;
  heading: string | null;
}

/** What was used last, then everything by section; with words, what fits best. */
function ordered(all: readonly Pick[], text: string): Shown[] {
  if (text.trim() !== "") return matching(all, text).map((pick) => ({ pick, heading: null }));
  const last = recent().flatMap((id) => all.find((pick) => pick.id === id) ?? []);
  const shown: Shown[] = last.map((pick, at) => ({ pick, heading: at === 0 ? t("Recent") : null }));
  const sections = [...new Set(all.map(({ section }) => section))];
  for (const section of sections) {
    const inside = all.filter((pick) => pick.section === section && !last.includes(pick));
    shown.push(...inside.map((pick, at) => ({ pick, heading: at === 0 ? section : null })));
  }
  return shown;
}
