import { createContext, useContext, useSyncExternalStore } from "react";

import type { Api, Catalog, Conflict, RunState, Trigger } from "./api";
import type { Bootstrap } from "./boot";
import { type Entry, pushed, type Stack } from "./history";
import { isContainer, walk } from "./model/tree";
import type { FlowDocument, Issue, Slot } from "./model/types";

export type SaveState = "idle" | "saving" | "conflict" | "offline" | "failed";
export type PanelKind = "none" | "step" | "trigger" | "flow" | "problems" | "run";
export type StepTab = "inputs" | "settings" | "test" | "last" | "json";

/** A place on the canvas or in the outline that can have the focus: a step's key, `trigger`, `slot:...`, `end`. */
export type FocusKey = string;

export interface PickerRequest {
  slot: Slot;
  /** Where it opens, in pixels of the window. */
  x: number;
  y: number;
}

export type Dialog =
  | { kind: "help" | "publish" | "versions" | "conflict" | "test" | "convert" }
  | { kind: "move"; keys: readonly string[] }
  | { kind: "restore"; document: FlowDocument; at: string };

/** The run drawn over the canvas. `loops` tells which iteration is shown for each loop. */
export interface Overlay {
  id: string | number;
  state: RunState | null;
  mode: "test" | "run";
  /** Null for a run of exactly what is on the canvas. */
  document: FlowDocument | null;
  loops: Readonly<Record<string, number>>;
  step: string | null;
}

export interface State {
  document: FlowDocument;
  saved: FlowDocument;
  base: string;
  save: SaveState;
  saveMessage: string;
  conflict: Conflict | null;
  past: Stack;
  future: Stack;
  selection: readonly string[];
  anchor: string | null;
  focus: FocusKey;
  /** Grows with each wish to put the keyboard focus on `focus`. */
  focusWish: number;
  collapsed: ReadonlySet<string>;
  panel: PanelKind;
  tab: StepTab;
  /** The pointer inside the selected step that its panel should show. */
  field: string | null;
  view: "canvas" | "outline";
  fullScreen: boolean;
  picker: PickerRequest | null;
  dialog: Dialog | null;
  search: string | null;
  clientIssues: readonly Issue[];
  serverIssues: readonly Issue[];
  catalog: Catalog;
  catalogState: "loading" | "ready" | "failed";
  triggers: readonly Trigger[];
  /** Ids of the steps with a pinned result. */
  pins: ReadonlySet<string>;
  overlay: Overlay | null;
  /** Whether the server has values of a run, a test or a pin to compute with. */
  hasValues: boolean;
  lastRun: { id: string | number; status: string } | null;
  announcement: { text: string; number: number };
  letters: boolean;
}

export interface EditOptions {
  label: string;
  merge?: string;
  select?: readonly string[];
}

const SHOWN_STEPS = 60;
const SHOWN_LEVELS = 3;
const EMPTY_DOCUMENT: FlowDocument = { summary: "", value: { modules: [] } };
const EMPTY_CATALOG: Catalog = { operations: [], scripts: [], flows: [] };

export function initialState(bootstrap: Bootstrap): State {
  const document = bootstrap.run?.document ?? bootstrap.draft?.document ?? EMPTY_DOCUMENT;
  return {
    document,
    saved: document,
    base: bootstrap.draft?.base ?? "",
    save: "idle",
    saveMessage: "",
    conflict: null,
    past: null,
    future: null,
    selection: [],
    anchor: null,
    focus: "trigger",
    focusWish: 0,
    collapsed: initiallyCollapsed(document),
    panel: "none",
    tab: "inputs",
    field: null,
    view: "canvas",
    fullScreen: false,
    picker: null,
    dialog: null,
    search: null,
    clientIssues: [],
    serverIssues: bootstrap.issues ?? [],
    catalog: EMPTY_CATALOG,
    catalogState: "loading",
    triggers: [],
    pins: new Set(bootstrap.pins ?? []),
    overlay: null,
    hasValues: false,
    lastRun: null,
    announcement: { text: "", number: 0 },
    letters: true,
  };
}

/** Large flows open with their depths closed. */
function initiallyCollapsed(document: FlowDocument): ReadonlySet<string> {
  const visits = walk(document);
  const deepest = visits.reduce((depth, visit) => Math.max(depth, visit.depth), 0);
  if (visits.length <= SHOWN_STEPS && deepest <= SHOWN_LEVELS) return new Set();
  return new Set(
    visits.filter(({ module, depth }) => depth >= 2 && isContainer(module)).map(({ key }) => key),
  );
}

export class Store {
  readonly readOnly: boolean;
  private state: State;
  private readonly listeners = new Set<() => void>();

  constructor(
    readonly bootstrap: Bootstrap,
    readonly api: Api,
    state: State = initialState(bootstrap),
  ) {
    this.state = state;
    this.readOnly = !bootstrap.perms.change || Boolean(bootstrap.run);
  }

  readonly get = (): State => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly set = (patch: Partial<State>): void => {
    this.state = { ...this.state, ...patch };
    for (const listener of this.listeners) listener();
  };

  /** One edit of the document, which undo takes back as a whole. */
  readonly edit = (change: (document: FlowDocument) => FlowDocument, options: EditOptions): void => {
    if (this.readOnly) return;
    const { document, selection, past } = this.state;
    const after = change(document);
    if (after === document) return;
    const selected = options.select ?? selection;
    const entry: Entry = {
      label: options.label,
      before: document,
      after,
      selection,
      selected,
      merge: options.merge ?? null,
      at: Date.now(),
    };
    this.set({ document: after, past: pushed(past, entry), future: null, selection: selected });
  };

  /** Takes the last edit back and gives its label, null when there is none. */
  readonly undo = (): string | null => {
    const { past, future } = this.state;
    if (!past) return null;
    const { entry, rest } = past;
    this.set({
      document: entry.before,
      past: rest,
      future: { entry, rest: future },
      selection: entry.selection,
    });
    return entry.label;
  };

  readonly redo = (): string | null => {
    const { past, future } = this.state;
    if (!future) return null;
    const { entry, rest } = future;
    const done = { ...entry, merge: null };
    this.set({
      document: entry.after,
      past: { entry: done, rest: past },
      future: rest,
      selection: entry.selected,
    });
    return entry.label;
  };

  /** Ends the typing that would go on with the last edit. */
  readonly seal = (): void => {
    const { past } = this.state;
    if (past && past.entry.merge !== null) {
      this.set({ past: { entry: { ...past.entry, merge: null }, rest: past.rest } });
    }
  };

  /** Another document from the server: what came before cannot be undone into it. */
  readonly replace = (document: FlowDocument, base: string): void => {
    this.set({
      document,
      saved: document,
      base,
      past: null,
      future: null,
      selection: [],
      conflict: null,
      save: "idle",
    });
  };

  readonly announce = (text: string): void => {
    this.set({ announcement: { text, number: this.state.announcement.number + 1 } });
  };
}

export function isDirty({ document, saved }: State): boolean {
  return document !== saved;
}

export const StoreContext = createContext<Store | null>(null);

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (!store) throw new Error("There is no store around this component.");
  return store;
}

/** The part of the state that the component shows. The selector gives the same object while nothing changed. */
export function useSelector<T>(select: (state: State) => T): T {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
