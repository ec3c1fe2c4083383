import { canvasView } from "./canvas/view";
import { slotOfKey } from "./commands";
import type { Services } from "./context";
import { t } from "./i18n";
import { readingOrder, type Stop } from "./model/order";
import { childLists, find, isSinglePlace } from "./model/tree";
import type { Slot } from "./model/types";
import type { Store } from "./store";

/** What the keyboard does, and only while the focus is inside the builder. */

export interface KeyScope {
  store: Store;
  services: Services;
}

/** Whether keys belong to a text that is being written. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return (
    target.closest(
      "input:not([type=radio],[type=checkbox]), textarea, select, [contenteditable], .ofb-code",
    ) !== null
  );
}

/** Whether the focus is on a card, a row or the canvas, where letters are commands. */
function isOnStep(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest(".ofb-canvas, .ofb-outline") !== null && !isTyping(target)
  );
}

type Action = (scope: KeyScope, event: KeyboardEvent) => void;

/** Combinations, as `Ctrl+Shift+Alt+Key`, that work anywhere in the builder but in texts of their own. */
const ANYWHERE: Record<string, Action> = {
  "Ctrl+z": ({ services }) => services.commands.undo(),
  "Ctrl+Shift+z": ({ services }) => services.commands.redo(),
  "Ctrl+y": ({ services }) => services.commands.redo(),
};

/** These work in texts as well. */
const ALWAYS: Record<string, Action> = {
  "Ctrl+s": ({ store, services }) => {
    commitField();
    void services.persist.save().then((saved) => {
      if (saved) store.announce(t("The draft is saved."));
    });
  },
  "Ctrl+f": ({ store }) => store.set({ search: store.get().search ?? "" }),
  "Ctrl+Enter": ({ store }) => {
    commitField();
    if (mayTest(store)) store.set({ dialog: { kind: "test" } });
  },
};

const ON_STEP: Record<string, Action> = {
  ArrowDown: (scope) => walkBy(scope, 1),
  ArrowUp: (scope) => walkBy(scope, -1),
  "Shift+ArrowDown": (scope) => extend(scope, 1),
  "Shift+ArrowUp": (scope) => extend(scope, -1),
  ArrowRight: (scope) => enterOrLeave(scope, true),
  ArrowLeft: (scope) => enterOrLeave(scope, false),
  Home: (scope) => jump(scope, "first"),
  End: (scope) => jump(scope, "last"),
  Enter: (scope) => openFocused(scope),
  " ": ({ store, services }) => services.commands.toggle(store.get().focus),
  Escape: ({ store }) => store.set({ selection: [], panel: "none", picker: null }),
  Delete: ({ services }) => services.commands.remove(),
  Backspace: ({ services }) => services.commands.remove(),
  Insert: (scope) => pick(scope, 1),
  "Alt+ArrowUp": ({ services }) => services.commands.shift(-1),
  "Alt+ArrowDown": ({ services }) => services.commands.shift(1),
  "Alt+ArrowRight": (scope) => inOrOut(scope, true),
  "Alt+ArrowLeft": (scope) => inOrOut(scope, false),
  "Ctrl+d": ({ services }) => services.commands.duplicate(),
  F2: (scope) => {
    openFocused(scope);
    window.setTimeout(() => focusPanel(".ofb-panel-name"), 0);
  },
};

/** Letters and digits, which a person may turn off. */
const LETTERS: Record<string, Action> = {
  a: (scope) => pick(scope, 1),
  "Shift+a": (scope) => pick(scope, 0),
  e: ({ store, services }) => {
    if (!store.readOnly) services.commands.addErrorBranch(store.get().focus);
  },
  m: ({ store }) => {
    const { selection } = store.get();
    if (selection.length > 0 && !store.readOnly) store.set({ dialog: { kind: "move", keys: selection } });
  },
  t: (scope) => testStep(scope),
  "Shift+t": (scope) => testUntil(scope),
  p: ({ store, services }) => void services.testing.pinLast(store.get().focus),
  "0": () => canvasView.zoom("actual"),
  "1": () => canvasView.fit(),
  "+": () => canvasView.zoom("in"),
  "-": () => canvasView.zoom("out"),
  "?": ({ store }) => store.set({ dialog: { kind: "help" } }),
};

const EDITS = new Set([
  "Delete",
  "Backspace",
  "Insert",
  "Alt+ArrowUp",
  "Alt+ArrowDown",
  "Alt+ArrowRight",
  "Alt+ArrowLeft",
  "Ctrl+d",
  "a",
  "Shift+a",
]);

export function handleKey(scope: KeyScope, event: KeyboardEvent): void {
  const name = nameOf(event);
  const { target } = event;
  const typing = isTyping(target);
  const action =
    ALWAYS[name] ??
    (typing ? undefined : ANYWHERE[name]) ??
    (isOnStep(target)
      ? (ON_STEP[name] ?? (scope.store.get().letters ? LETTERS[name] : undefined))
      : undefined);
  if (action) {
    if (scope.store.readOnly && EDITS.has(name)) return;
    // Enter and blank press the button that has the focus, unless that is a card.
    if ((name === "Enter" || name === " ") && !isCard(target)) return;
    event.preventDefault();
    action(scope, event);
    return;
  }
  if (name === "Escape" && target instanceof Element && target.closest(".ofb-panel")) {
    event.preventDefault();
    scope.services.commands.focus(scope.store.get().focus);
  }
}

function isCard(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches(".ofb-card-main, .ofb-row, .ofb-canvas");
}

export function nameOf(event: KeyboardEvent): string {
  const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
  const letter = key.length === 1 ? key.toLowerCase() : key;
  // A sign that needs Shift to be typed is named by itself.
  const shifted = shiftKey && (key.length > 1 || letter !== key.toUpperCase());
  return `${ctrlKey || metaKey ? "Ctrl+" : ""}${shifted ? "Shift+" : ""}${altKey ? "Alt+" : ""}${letter}`;
}

/** Takes what is being typed over before something else happens. */
export function commitField(): void {
  const active = document.activeElement;
  if (!(active instanceof HTMLInputElement) || !isTyping(active)) return;
  active.blur();
  active.focus();
}

function mayTest(store: Store): boolean {
  const { perms } = store.bootstrap;
  return perms.test ?? (perms.run && perms.change);
}

function order({ store }: KeyScope): Stop[] {
  const { document, collapsed, view } = store.get();
  const stops = readingOrder(document, collapsed).filter(({ kind }) => kind !== "end");
  return store.readOnly ? stops.filter(({ kind }) => kind !== "slot") : view === "canvas" ? stops : stops;
}

function walkBy(scope: KeyScope, by: 1 | -1): void {
  const stops = order(scope);
  const at = stops.findIndex(({ key }) => key === scope.store.get().focus);
  const next = stops[Math.min(stops.length - 1, Math.max(0, at + by))];
  if (next) go(scope, next);
}

/** Puts the focus on a stop; the panel, where it is open, follows. */
function go({ store, services }: KeyScope, stop: Stop): void {
  const { panel } = store.get();
  if (stop.kind === "step") {
    services.commands.select([stop.key]);
    if (panel === "trigger") store.set({ panel: "step" });
  } else {
    store.set({ selection: [], panel: stop.kind === "trigger" && panel === "step" ? "trigger" : panel });
  }
  services.commands.focus(stop.key);
}

function extend(scope: KeyScope, by: 1 | -1): void {
  const { document, focus } = scope.store.get();
  const visit = find(document, focus);
  if (!visit) return;
  const stops = order(scope).filter(({ slot }) => slot?.list === visit.list);
  const next = stops[stops.findIndex(({ key }) => key === focus) + by];
  if (next?.kind !== "step") return;
  scope.services.commands.selectTo(next.key);
  scope.services.commands.focus(next.key);
}

function enterOrLeave(scope: KeyScope, forward: boolean): void {
  const { store, services } = scope;
  const enter = forward === (store.bootstrap.dir === "ltr");
  const { document, focus, collapsed } = store.get();
  const visit = find(document, focus);
  const holds = visit !== undefined && childLists(visit.module).length > 0;
  if (enter) {
    if (!holds) return;
    if (collapsed.has(focus)) services.commands.setCollapsed(focus, false);
    else walkBy(scope, 1);
    return;
  }
  if (holds && !collapsed.has(focus)) {
    services.commands.setCollapsed(focus, true);
    return;
  }
  const parent = visit?.parents.at(-1) ?? order(scope).find(({ key }) => key === focus)?.parent;
  const stop = order(scope).find(({ key }) => key === parent);
  if (stop) go(scope, stop);
}

function jump(scope: KeyScope, to: "first" | "last"): void {
  const { focus } = scope.store.get();
  const stops = order(scope);
  const here = stops.find(({ key }) => key === focus);
  const inList = stops.filter(({ parent, kind }) => parent === here?.parent && kind === "step");
  const stop = to === "first" ? inList[0] : inList.at(-1);
  if (stop) go(scope, stop);
}

function openFocused({ store, services }: KeyScope): void {
  const { focus, document } = store.get();
  if (focus === "trigger") store.set({ panel: "trigger", selection: [] });
  else if (find(document, focus)) services.commands.open(focus);
  else if (slotOfKey(focus)) {
    pick({ store, services }, 1);
    return;
  }
  window.setTimeout(() => focusPanel("input, textarea, select, .ofb-code, button"), 0);
}

export function focusPanel(selector: string): void {
  const panel = document.querySelector(".ofb-panel-body") ?? document.querySelector(".ofb-panel");
  const named = document.querySelector<HTMLElement>(`.ofb-panel ${selector.split(",")[0] ?? ""}`);
  const found = selector.startsWith(".") ? named : panel?.querySelector<HTMLElement>(selector);
  found?.focus();
}

function inOrOut({ store, services }: KeyScope, forward: boolean): void {
  if (forward === (store.bootstrap.dir === "ltr")) services.commands.moveInto();
  else services.commands.moveOut();
}

/** Opens the picker after (1) or before (0) what has the focus. */
function pick({ store }: KeyScope, after: 0 | 1): void {
  if (store.readOnly) return;
  const { focus, document, view } = store.get();
  const slot = slotFor(document, focus, after);
  if (!slot) return;
  const element =
    view === "canvas"
      ? canvasView.placeOf(focus)
      : window.document.querySelector(`[data-row="${CSS.escape(focus)}"]`)?.getBoundingClientRect();
  store.set({ picker: { slot, x: (element?.right ?? 200) + 8, y: element?.top ?? 200 } });
}

function slotFor(document: Parameters<typeof find>[0], focus: string, after: 0 | 1): Slot | null {
  const slot = slotOfKey(focus);
  if (slot) return slot;
  const visit = find(document, focus);
  if (visit && !isSinglePlace(visit.list)) return { list: visit.list, index: visit.index + after };
  return focus === "trigger" ? { list: "/value/modules", index: 0 } : null;
}

function testStep({ store, services }: KeyScope): void {
  const { focus, document } = store.get();
  if (!find(document, focus) || !mayTest(store)) return;
  services.commands.open(focus);
  store.set({ tab: "test" });
}

function testUntil({ store, services }: KeyScope): void {
  const { focus, document } = store.get();
  const visit = find(document, focus);
  if (!visit || !mayTest(store)) return;
  services.commands.select([focus]);
  store.set({ dialog: { kind: "test" } });
}

/** The table of the help dialog. */
export function keyHelp(): [string, string][] {
  return [
    ["↑ ↓", t("Previous, next step in reading order")],
    ["→ ←", t("Expand or enter, collapse or go to the parent")],
    ["Home End", t("First, last step of the list")],
    ["Enter", t("Open the panel")],
    ["Esc", t("From the panel to the canvas, then clear the selection")],
    ["F2", t("Rename")],
    ["A, Insert", t("Add a step after")],
    ["Shift+A", t("Add a step before")],
    ["E", t("Add a step to the error branch")],
    ["T", t("Test this step")],
    ["Shift+T", t("Test up to here")],
    ["Alt+↑ ↓", t("Move in the list")],
    ["Alt+→ ←", t("Move into the next container, or out")],
    ["M", t("Move to…")],
    ["P", t("Pin the last result")],
    ["Shift+↑ ↓", t("Extend the selection")],
    ["Ctrl+C X V D", t("Copy, cut, paste after, duplicate")],
    ["Delete", t("Delete")],
    ["Ctrl+Z, Ctrl+Shift+Z", t("Undo, redo")],
    ["Ctrl+S", t("Save the draft")],
    ["Ctrl+Enter", t("Test the flow")],
    ["Ctrl+F", t("Search")],
    ["0 1 + −", t("100 %, fit, zoom")],
    ["?", t("This list")],
  ];
}
