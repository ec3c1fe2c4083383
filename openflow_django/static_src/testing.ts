import { ApiError, type RunId, type RunState, type StepState, type TestMode } from "./api";
import { t } from "./i18n";
import { stateLabel, stateName } from "./labels";
import { find } from "./model/tree";
import { chosenRows } from "./run/states";
import type { FlowDocument, Json } from "./model/types";
import type { Overlay, Store } from "./store";

/** Tests of the document on the page, and following a run while it goes. */

const PAUSES_MS = [1000, 1000, 1000, 1000, 1000, 2000, 2000, 2000, 2000, 2000, 5000];

export class Testing {
  private timer = 0;
  private stopped: AbortController | null = null;

  constructor(private readonly store: Store) {}

  /** Starts a test of what is on the page and follows it. Gives what went wrong, null when it started. */
  async test(mode: TestMode, input: Json, stepId?: string, iter?: number[]): Promise<string | null> {
    const { document } = this.store.get();
    try {
      const { run } = await this.store.api.test({
        document,
        mode,
        input,
        ...(stepId === undefined ? {} : { step_id: stepId }),
        ...(iter === undefined ? {} : { iter }),
      });
      this.store.set({ lastRun: { id: run, status: "running" } });
      this.follow(run, { mode: "test", document });
      return null;
    } catch (error) {
      if (error instanceof ApiError && Array.isArray(error.body.issues)) {
        this.store.set({ serverIssues: error.body.issues as never, panel: "problems" });
      }
      return error instanceof Error && error.message ? error.message : t("The test could not be started.");
    }
  }

  /** Draws the run over the canvas until it ends. */
  follow(run: RunId, { mode, document }: { mode: Overlay["mode"]; document: FlowDocument | null }): void {
    this.stop();
    this.store.set({ overlay: { id: run, state: null, mode, document, loops: {}, step: null } });
    const stopped = new AbortController();
    this.stopped = stopped;
    let round = 0;
    const poll = async (): Promise<void> => {
      if (stopped.signal.aborted) return;
      if (window.document.visibilityState === "hidden") {
        this.later(poll, 1000);
        return;
      }
      const { overlay } = this.store.get();
      try {
        const fresh = await this.store.api.state(run, overlay?.state?.seq, stopped.signal);
        if (stopped.signal.aborted) return;
        if (this.take(run, fresh)) return;
        if (fresh.more === true) {
          void poll();
          return;
        }
      } catch (error) {
        if (stopped.signal.aborted) return;
        if (error instanceof ApiError && error.kind !== "offline") {
          this.store.announce(error.message);
          return;
        }
      }
      this.later(poll, PAUSES_MS[Math.min(round++, PAUSES_MS.length - 1)] ?? 5000);
    };
    void poll();
  }

  private later(poll: () => Promise<void>, pause: number): void {
    this.timer = window.setTimeout(() => void poll(), pause);
  }

  /** Pins what the step gave in the run that is drawn. */
  async pinLast(key: string): Promise<void> {
    const { overlay, document } = this.store.get();
    const id = find(document, key)?.module.id;
    if (id === undefined || this.store.readOnly) return;
    const row = overlay ? chosenRows(this.store.get(), overlay, key).at(-1) : undefined;
    if (!overlay || !row) {
      this.store.announce(t("There is no result to pin. Test the step first."));
      return;
    }
    try {
      const { result } = await this.store.api.step(overlay.id, row.key);
      await this.pin(id, result);
    } catch (error) {
      this.store.announce(error instanceof Error ? error.message : t("It could not be pinned."));
    }
  }

  /** Pins a value as the result of a step in tests; null takes the pin away. */
  async pin(id: string, value: Json): Promise<void> {
    try {
      await this.store.api.pin(id, value);
      const pins = new Set(this.store.get().pins);
      if (value === null) pins.delete(id);
      else pins.add(id);
      this.store.set({ pins });
      this.store.announce(value === null ? t("The pin is gone.") : t("The result is pinned for tests."));
    } catch (error) {
      this.store.announce(
        error instanceof Error && error.message ? error.message : t("It could not be pinned."),
      );
    }
  }

  stop(): void {
    window.clearTimeout(this.timer);
    this.stopped?.abort();
    this.stopped = null;
  }

  /** No run over the canvas any more. */
  leave(): void {
    this.stop();
    this.store.set({ overlay: null });
  }

  /** Takes the new rows; says whether the run is done. */
  private take(run: RunId, fresh: RunState): boolean {
    const { overlay, selection } = this.store.get();
    if (overlay?.id !== run) return true;
    const state = { ...fresh, steps: merged(overlay.state?.steps ?? [], fresh.steps) };
    this.store.set({ overlay: { ...overlay, state } });
    if (!fresh.done) return false;
    this.store.set({ lastRun: { id: run, status: fresh.status } });
    this.store.announce(t("The run ended: {status}", { status: statusText(fresh.status) }));
    const failed = state.steps.findLast(({ state: name }) => stateName(name) === "failed");
    const key = failed && find(this.store.get().document, failed.step_id) ? failed.step_id : null;
    if (failed && key !== null && (selection.length === 0 || overlay.mode === "run")) {
      const loops = loopsOf(this.store, failed);
      this.store.set({
        overlay: { ...overlay, state, step: failed.key, loops },
        selection: [key],
        focus: key,
        panel: "step",
        tab: "last",
      });
    }
    return true;
  }
}

function statusText(status: string): string {
  const name = stateName(status);
  return name === "none" ? status : stateLabel(name);
}

function loopsOf(store: Store, failed: StepState): Record<string, number> {
  const { document, overlay } = store.get();
  const parents = find(document, failed.step_id)?.parents ?? [];
  const loops = parents.filter((parent) => {
    const type = find(document, parent)?.module.value.type;
    return type === "forloopflow" || type === "whileloopflow";
  });
  return Object.fromEntries([
    ...Object.entries(overlay?.loops ?? {}),
    ...loops.flatMap((loop, at) => (failed.iter[at] === undefined ? [] : [[loop, failed.iter[at]] as const])),
  ]);
}

/** The rows with the new ones in place of those they replace. */
export function merged(known: readonly StepState[], fresh: readonly StepState[]): StepState[] {
  if (fresh.length === 0) return [...known];
  const rows = new Map(known.map((row) => [row.key, row]));
  for (const row of fresh) rows.set(row.key, row);
  return [...rows.values()];
}
