import { type ReactElement, useMemo } from "react";

import { useServices } from "../context";
import { t } from "../i18n";
import { Icon } from "../icons";
import { stepIcon, stepName } from "../labels";
import { slotId } from "../layout";
import { canMove } from "../model/edits";
import { readingOrder } from "../model/order";
import { childLists, find, isSinglePlace, modulesAt, ROOT_LIST } from "../model/tree";
import type { FlowDocument, Slot } from "../model/types";
import { useSelector, useStore } from "../store";
import { Frame } from "./Frame";

type Line = { kind: "step"; key: string; depth: number } | { kind: "slot"; slot: Slot; depth: number };

/** Every place that takes the steps, as a list: moving without dragging. */
export function MoveDialog({ keys }: { keys: readonly string[] }): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const document = useSelector((state) => state.document);
  const catalog = useSelector((state) => state.catalog);
  const lines = useMemo(() => linesOf(document), [document]);
  return (
    <Frame title={t("Move to")}>
      <ul className="ofb-move">
        {lines.map((line) => {
          if (line.kind === "step") {
            const module = find(document, line.key)?.module;
            if (!module) return null;
            return (
              <li
                key={line.key}
                data-depth={Math.min(12, line.depth)}
                className={keys.includes(line.key) ? "ofb-on" : ""}
              >
                <Icon name={stepIcon(module, catalog)} size={14} />
                {stepName(module, catalog)} <code>{module.id}</code>
              </li>
            );
          }
          if (!canMove(document, keys, line.slot)) return null;
          return (
            <li key={slotId(line.slot)} data-depth={Math.min(12, line.depth)}>
              <button
                type="button"
                className="ofb-move-slot"
                onClick={() => {
                  store.set({ dialog: null });
                  commands.move(keys, line.slot);
                }}
              >
                {placeText(document, line.slot)}
              </button>
            </li>
          );
        })}
      </ul>
    </Frame>
  );

  function placeText(before: FlowDocument, { list, index }: Slot): string {
    const previous = index > 0 ? modulesAt(before, list)[index - 1] : undefined;
    if (previous) return t("after {name}", { name: stepName(previous, catalog) });
    if (list === ROOT_LIST) return t("to the beginning");
    return list.endsWith("/error_branch/modules")
      ? t("into its error branch")
      : t("to the beginning of the list");
  }
}

function linesOf(document: FlowDocument): Line[] {
  const lines: Line[] = [];
  const enter = (list: string, depth: number): void => {
    const modules = modulesAt(document, list);
    modules.forEach((_module, index) => {
      lines.push({ kind: "slot", slot: { list, index }, depth });
      const stop = byPlace.get(`${list}#${String(index)}`);
      if (stop === undefined) return;
      lines.push({ kind: "step", key: stop, depth });
      const visit = find(document, stop);
      if (visit) for (const { place } of childLists(visit.module)) enter(visit.pointer + place, depth + 1);
    });
    if (!isSinglePlace(list) || modules.length === 0)
      lines.push({ kind: "slot", slot: { list, index: modules.length }, depth });
  };
  const byPlace = new Map(
    readingOrder(document, new Set()).flatMap(({ key, kind, slot }) =>
      kind === "step" && slot ? [[`${slot.list}#${String(slot.index)}`, key] as const] : [],
    ),
  );
  enter(ROOT_LIST, 0);
  return lines;
}
