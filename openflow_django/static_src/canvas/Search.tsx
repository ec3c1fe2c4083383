import { type KeyboardEvent, type ReactElement, useId, useMemo, useState } from "react";

import { useServices } from "../context";
import { t, tn } from "../i18n";
import { Icon } from "../icons";
import { kindLabel, stepIcon, stepName } from "../labels";
import { searchSteps } from "../model/search";
import { useSelector, useStore } from "../store";

/** Finds steps by what they are called, do and say. */
export function Search(): ReactElement | null {
  const text = useSelector((state) => state.search);
  return text === null ? null : <SearchBox text={text} />;
}

function SearchBox({ text }: { text: string }): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const document = useSelector((state) => state.document);
  const catalog = useSelector((state) => state.catalog);
  const [active, setActive] = useState(0);
  const list = useId();
  const found = useMemo(
    () =>
      searchSteps(document, text, (module) => `${stepName(module, catalog)} ${kindLabel(module, catalog)}`),
    [document, text, catalog],
  );
  const close = (): void => {
    store.set({ search: null });
    commands.focus(store.get().focus);
  };
  const go = (key: string): void => {
    commands.select([key]);
    commands.focus(key);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const by = moves[event.key];
    event.stopPropagation();
    if (by !== undefined && found.length > 0) {
      event.preventDefault();
      setActive((active + by + found.length) % found.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const visit = found[active];
      if (visit) go(visit.key);
    } else if (event.key === "Escape") {
      close();
    }
  };
  return (
    <div className="ofb-search" role="search">
      <label>
        <Icon name="search" size={14} />
        <span className="ofb-hidden">{t("Search steps")}</span>
        <input
          autoFocus
          type="text"
          role="combobox"
          aria-expanded={found.length > 0}
          aria-controls={list}
          aria-activedescendant={found[active] ? `${list}-${String(active)}` : undefined}
          placeholder={t("Search steps")}
          value={text}
          onChange={(event) => {
            setActive(0);
            store.set({ search: event.target.value });
          }}
          onKeyDown={onKeyDown}
        />
      </label>
      <button type="button" className="ofb-plain" onClick={close} aria-label={t("Close the search")}>
        <Icon name="cross" size={14} />
      </button>
      {text.trim() !== "" && (
        <ul
          id={list}
          role="listbox"
          aria-label={tn("{count} step found", "{count} steps found", found.length)}
        >
          {found.map(({ key, module }, at) => (
            <li
              key={key}
              id={`${list}-${String(at)}`}
              role="option"
              aria-selected={at === active}
              onPointerDown={(event) => {
                event.preventDefault();
                go(key);
              }}
            >
              <Icon name={stepIcon(module, catalog)} />
              <span>{stepName(module, catalog)}</span>
              <code>{module.id}</code>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
