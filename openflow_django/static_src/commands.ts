import { tn, t } from "./i18n";
import { isMade, newId, slug } from "./model/ids";
import * as edits from "./model/edits";
import { fitted, fragmentText, readPasted } from "./model/fragment";
import { readingOrder } from "./model/order";
import {
  childLists,
  find,
  findAt,
  isSinglePlace,
  modulePointer,
  modulesAt,
  shapeProblem,
  usedIds,
  walk,
} from "./model/tree";
import { join } from "./model/pointer";
import type { FlowDocument, Module, Slot, Transforms } from "./model/types";
import { stepName } from "./labels";
import type { Store } from "./store";

/** What people do with steps. Mouse, keyboard, menu and outline all come here. */

export class Commands {
  constructor(private readonly store: Store) {}

  private get document(): FlowDocument {
    return this.store.get().document;
  }

  private name(key: string): string {
    const visit = find(this.document, key);
    return visit ? stepName(visit.module, this.store.get().catalog) : key;
  }

  /** One step as words, several as their number. */
  private subject(keys: readonly string[]): string {
    const [first] = keys;
    return keys.length === 1 && first !== undefined
      ? this.name(first)
      : tn("{count} step", "{count} steps", keys.length);
  }

  insert(slot: Slot, module: Module): void {
    const edit = (document: FlowDocument): FlowDocument => edits.insert(document, slot, [module]);
    const key = isSinglePlace(slot.list) ? modulePlaceId(slot.list, module) : module.id;
    const label = t("add {name}", { name: stepName(module, this.store.get().catalog) });
    this.store.edit(edit, { label, select: [key] });
    this.open(key, firstEmpty(module));
  }

  /** An id for a step that has no name yet. */
  freshId(): string {
    return newId(usedIds(this.document));
  }

  insertMany(slot: Slot, modules: readonly Module[]): void {
    const fit = fitted(modules, this.document);
    const [first] = fit;
    if (!first) return;
    const select = fit.map(({ id }) => id);
    this.store.edit((document) => edits.insert(document, slot, fit), { label: t("paste"), select });
    this.focus(first.id);
    this.store.announce(tn("Pasted {count} step", "Pasted {count} steps", fit.length));
  }

  select(keys: readonly string[], anchor: string | null = keys.at(-1) ?? null): void {
    const focus = keys.at(-1);
    this.store.set({ selection: keys, anchor, ...(focus === undefined ? {} : { focus }) });
  }

  /** Everything from the anchor to the key, where both stand in one list. */
  selectTo(key: string): void {
    const { anchor } = this.store.get();
    const from = find(this.document, anchor);
    const to = find(this.document, key);
    if (!from || !to || from.list !== to.list) {
      this.select([key]);
      return;
    }
    const [low, high] = from.index < to.index ? [from.index, to.index] : [to.index, from.index];
    const inList = walk(this.document).filter(
      ({ list, index }) => list === to.list && index >= low && index <= high,
    );
    this.store.set({ selection: inList.map((visit) => visit.key), focus: key });
  }

  toggle(key: string): void {
    const { selection } = this.store.get();
    const without = selection.filter((other) => other !== key);
    this.store.set({
      selection: without.length < selection.length ? without : [...selection, key],
      anchor: key,
      focus: key,
    });
  }

  /** Selects a step and shows its panel. */
  open(key: string, field: string | null = null): void {
    const tab = field === null ? this.store.get().tab : tabOf(field);
    this.store.set({ selection: [key], anchor: key, focus: key, panel: "step", tab, field });
  }

  focus(key: string): void {
    const { focusWish } = this.store.get();
    this.reveal(key);
    this.store.set({ focus: key, focusWish: focusWish + 1 });
  }

  /** Expands what hides the step. */
  reveal(key: string): void {
    const parents = find(this.document, key)?.parents ?? [];
    const { collapsed } = this.store.get();
    if (!parents.some((parent) => collapsed.has(parent))) return;
    this.store.set({ collapsed: new Set([...collapsed].filter((shut) => !parents.includes(shut))) });
  }

  setCollapsed(key: string, shut: boolean): void {
    const collapsed = new Set(this.store.get().collapsed);
    if (shut) collapsed.add(key);
    else collapsed.delete(key);
    this.store.set({ collapsed });
  }

  remove(keys: readonly string[] = this.store.get().selection): void {
    const visits = edits.outermost(this.document, keys);
    const [first] = visits;
    if (!first || this.store.readOnly) return;
    const label = t("delete {name}", { name: this.subject(keys) });
    const next = this.neighbour(visits.map(({ key }) => key));
    this.store.edit((document) => edits.remove(document, keys), { label, select: [] });
    this.store.set({ panel: this.store.get().panel === "step" ? "none" : this.store.get().panel });
    this.focus(next);
    this.store.announce(t("Deleted {name}. Ctrl+Z brings it back.", { name: this.subject(keys) }));
  }

  /** Where the focus goes when the steps are gone. */
  private neighbour(keys: readonly string[]): string {
    const order = readingOrder(this.document, this.store.get().collapsed).map(({ key }) => key);
    const gone = new Set(keys);
    const last = order.findLastIndex((key) => gone.has(key));
    const isInside = (key: string): boolean =>
      find(this.document, key)?.parents.some((parent) => gone.has(parent)) ?? key.startsWith("slot:");
    const stays = (key: string): boolean => !gone.has(key) && !isInside(key);
    return (
      order.slice(last + 1).find((key) => stays(key) && key !== "end") ??
      order.slice(0, last).findLast(stays) ??
      "trigger"
    );
  }

  duplicate(keys: readonly string[] = this.store.get().selection): void {
    const visits = edits.outermost(this.document, keys);
    const last = visits.at(-1);
    if (!last || isSinglePlace(last.list)) return;
    const copies = fitted(
      visits.map(({ module }) => module),
      this.document,
    );
    const slot = { list: last.list, index: last.index + 1 };
    this.store.edit((document) => edits.insert(document, slot, copies), {
      label: t("duplicate {name}", { name: this.subject(keys) }),
      select: copies.map(({ id }) => id),
    });
    const [first] = copies;
    if (first) this.focus(first.id);
  }

  move(keys: readonly string[], slot: Slot): boolean {
    const { document } = this;
    if (!edits.canMove(document, keys, slot)) return false;
    const visits = edits.outermost(document, keys);
    const label = t("move {name}", { name: this.subject(keys) });
    const stays = visits.map(({ module }) => module.id);
    this.store.edit((before) => edits.move(before, keys, slot), { label, select: stays });
    const [first] = stays;
    if (first !== undefined) this.focus(first);
    return true;
  }

  copyTo(keys: readonly string[], slot: Slot): void {
    this.insertMany(
      slot,
      edits.outermost(this.document, keys).map(({ module }) => module),
    );
  }

  /** One place up or down in the list. */
  shift(by: 1 | -1): void {
    const visits = edits.outermost(this.document, this.store.get().selection);
    const [first] = visits;
    if (!first || !edits.isRow(visits)) return;
    const index = by < 0 ? first.index - 1 : first.index + visits.length + 1;
    if (index < 0 || index > modulesAt(this.document, first.list).length) return;
    this.move(
      visits.map(({ key }) => key),
      { list: first.list, index },
    );
  }

  /** Into the container that stands before the step, or after it. */
  moveInto(): void {
    const visits = edits.outermost(this.document, this.store.get().selection);
    const [first] = visits;
    if (!first) return;
    const siblings = modulesAt(this.document, first.list);
    for (const index of [first.index + visits.length, first.index - 1]) {
      const neighbour = siblings[index];
      const [list] = neighbour ? childLists(neighbour) : [];
      if (!list) continue;
      const pointer = modulePointer({ list: first.list, index }) + list.place;
      this.move(
        visits.map(({ key }) => key),
        { list: pointer, index: index < first.index ? list.modules.length : 0 },
      );
      return;
    }
  }

  /** Out of the container, to the place after it. */
  moveOut(): void {
    const visits = edits.outermost(this.document, this.store.get().selection);
    const parent = find(this.document, visits[0]?.parents.at(-1) ?? null);
    if (!parent || isSinglePlace(parent.list)) return;
    this.move(
      visits.map(({ key }) => key),
      { list: parent.list, index: parent.index + 1 },
    );
  }

  fragment(keys: readonly string[] = this.store.get().selection): string | null {
    const visits = edits.outermost(this.document, keys);
    return visits.length === 0 ? null : fragmentText(visits.map(({ module }) => module));
  }

  /** Where pasted steps go: after the selection, into an empty place, else to the end. */
  pasteSlot(): Slot {
    const { focus, selection } = this.store.get();
    const slot = slotOfKey(focus);
    if (slot) return slot;
    const last = edits.outermost(this.document, selection).at(-1) ?? find(this.document, focus);
    if (last && !isSinglePlace(last.list)) return { list: last.list, index: last.index + 1 };
    return { list: "/value/modules", index: focus === "trigger" ? 0 : this.document.value.modules.length };
  }

  async paste(text: string, slot: Slot = this.pasteSlot()): Promise<void> {
    if (this.store.readOnly) return;
    const pasted = readPasted(text);
    if (pasted.kind === "modules") {
      this.insertMany(slot, pasted.modules);
      return;
    }
    if (pasted.kind === "none") {
      this.store.announce(t("There are no steps on the clipboard."));
      return;
    }
    try {
      const { modules, warnings } = await this.store.api.convert(pasted.text);
      this.insertMany(slot, modules);
      if (warnings.length > 0) {
        const told = warnings.map((warning) => (typeof warning === "string" ? warning : warning.message));
        this.store.announce(told.join(" "));
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : "";
      this.store.announce(t("This could not be pasted. {reason}", { reason }));
    }
  }

  addErrorBranch(key: string): void {
    const visit = find(this.document, key);
    if (!visit) return;
    if (!visit.module.error_branch) {
      const branch = { modules: [], then: "stop" };
      this.store.edit((document) => edits.set(document, key, "/error_branch", branch), {
        label: t("add an error branch to {name}", { name: this.name(key) }),
      });
    }
    this.setCollapsed(key, false);
    this.focus(`slot:${visit.pointer}/error_branch/modules:0`);
  }

  /** The name of a step; an id that nobody chose follows it. Returns the key under which it goes on. */
  commitName(key: string): string {
    const visit = find(this.document, key);
    const previous = this.namedBefore.get(key);
    this.namedBefore.delete(key);
    if (!visit || previous === undefined || isSinglePlace(visit.list)) return key;
    const { id, summary } = visit.module;
    const name = summary?.trim() ?? "";
    if (name === previous.trim() || name === "" || !isMade(id, previous)) return key;
    const used = usedIds(this.document);
    used.delete(id);
    const wanted = slug(name, used);
    if (wanted === id) return key;
    this.store.edit((document) => edits.rename(document, key, wanted), {
      label: t("name {name}", { name }),
      merge: `name:${key}`,
      select: [wanted],
    });
    this.store.set({ focus: wanted, anchor: wanted });
    return wanted;
  }

  private readonly namedBefore = new Map<string, string>();

  setName(key: string, name: string): void {
    const visit = find(this.document, key);
    if (!visit) return;
    if (!this.namedBefore.has(key)) this.namedBefore.set(key, visit.module.summary ?? "");
    this.store.edit((document) => edits.set(document, key, "/summary", name), {
      label: t("name {name}", { name }),
      merge: `name:${key}`,
    });
  }

  rename(key: string, id: string): void {
    this.store.edit((document) => edits.rename(document, key, id), {
      label: t("rename {from} to {to}", { from: key, to: id }),
      select: [id],
    });
    this.store.set({ focus: id, anchor: id });
  }

  /** One setting of a step, by its place in the step. */
  set(key: string, place: string, value: unknown, label?: string): void {
    this.store.edit((document) => edits.set(document, key, place, value), {
      label: label ?? t("change {name}", { name: this.name(key) }),
      merge: `${key}${place}`,
    });
  }

  /** Another step in the place of one; refused where its shape could not be drawn. */
  replaceStep(key: string, module: Module): void {
    if (shapeProblem({ value: { modules: [module] } }) !== null) return;
    this.store.edit((document) => edits.update(document, key, () => module), {
      label: t("change {name}", { name: this.name(key) }),
      merge: `${key}/json`,
    });
  }

  undo(): void {
    const label = this.store.undo();
    this.afterHistory(label, label === null ? t("Nothing to undo.") : t("Undid: {label}", { label }));
  }

  redo(): void {
    const label = this.store.redo();
    this.afterHistory(label, label === null ? t("Nothing to redo.") : t("Redid: {label}", { label }));
  }

  private afterHistory(label: string | null, text: string): void {
    const { selection, panel } = this.store.get();
    const [key] = selection;
    if (label !== null && panel === "step" && find(this.document, key ?? null) === undefined) {
      this.store.set({ panel: "none" });
    }
    if (label !== null && key !== undefined && find(this.document, key)) {
      this.reveal(key);
      this.store.set({ focus: key, anchor: key });
    }
    this.store.announce(text);
  }
}

/** The slot that a focus key names, null for other keys. */
export function slotOfKey(key: string): Slot | null {
  const match = /^slot:(.*):(\d+)$/.exec(key);
  return match ? { list: match[1] ?? "", index: Number(match[2]) } : null;
}

/** The step at a slot, when there is one. */
export function keyAt(document: FlowDocument, slot: Slot): string | undefined {
  return findAt(document, modulePointer(slot))?.key;
}

/** The first input that waits to be filled, else the first place of the panel. */
function firstEmpty(module: Module): string {
  const { input_transforms: inputs } = module.value as { input_transforms?: Transforms | null };
  const empty = Object.entries(inputs ?? {}).find(
    ([, given]) => given.type === "static" && given.value === "",
  );
  return empty ? join("/value/input_transforms", empty[0]) : "/value";
}

function modulePlaceId(list: string, module: Module): string {
  return list.endsWith("/failure_module")
    ? "failure"
    : list.endsWith("/preprocessor_module")
      ? "preprocessor"
      : module.id;
}

/** The tab on which a setting is edited. */
export function tabOf(field: string): "inputs" | "settings" {
  const inputs = ["/value", "/id", "/summary"].some(
    (place) => field === place || field.startsWith(`${place}/`),
  );
  return inputs ? "inputs" : "settings";
}
