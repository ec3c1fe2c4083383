import { ApiError, type Conflict } from "./api";
import { t } from "./i18n";
import { equalJson, parseJson } from "./json";
import { shapeProblem } from "./model/tree";
import type { FlowDocument } from "./model/types";
import { isDirty, type Store } from "./store";

/** Nothing that was typed gets lost: the save queue, the copy in the browser, the guard at the door. */

const QUIET_MS = 2000;
const MAX_COPY = 1_000_000;
const MAX_AGE_MS = 7 * 24 * 3600 * 1000;
const RETRY_MS = 5000;

interface Copy {
  document: FlowDocument;
  base: string;
  at: number;
}

export class Persist {
  private inFlight: Promise<boolean> | null = null;
  private again = false;
  private quiet = 0;
  private retry = 0;
  private readonly key: string;

  constructor(
    private readonly store: Store,
    private readonly storage: Storage | null = browserStorage(),
  ) {
    const { user, flow } = store.bootstrap;
    this.key = `openflow:${user ?? ""}:${String(flow?.id ?? "")}`;
  }

  /** Watches the store until the returned function is called. */
  watch(): () => void {
    let seen = this.store.get().document;
    const stop = this.store.subscribe(() => {
      const { document } = this.store.get();
      if (document === seen) return;
      seen = document;
      window.clearTimeout(this.quiet);
      this.quiet = window.setTimeout(() => this.keepCopy(), QUIET_MS);
    });
    const guard = (event: BeforeUnloadEvent): void => {
      if (!isDirty(this.store.get())) return;
      this.keepCopy();
      event.preventDefault();
    };
    const hidden = (): void => {
      if (document.visibilityState === "hidden") this.keepCopy();
    };
    const online = (): void => {
      if (this.store.get().save === "offline") void this.save();
    };
    window.addEventListener("beforeunload", guard);
    window.addEventListener("online", online);
    document.addEventListener("visibilitychange", hidden);
    return () => {
      stop();
      window.clearTimeout(this.quiet);
      window.clearTimeout(this.retry);
      window.removeEventListener("beforeunload", guard);
      window.removeEventListener("online", online);
      document.removeEventListener("visibilitychange", hidden);
    };
  }

  /** Saves what is there now. One save is under way at a time; the next one sends the newest. */
  save(): Promise<boolean> {
    if (this.inFlight) {
      this.again = true;
      return this.inFlight;
    }
    this.inFlight = this.run().finally(() => {
      this.inFlight = null;
    });
    return this.inFlight;
  }

  private async run(): Promise<boolean> {
    for (;;) {
      this.again = false;
      const saved = await this.once();
      if (!saved || !this.again) return saved;
    }
  }

  private async once(): Promise<boolean> {
    const { store } = this;
    if (store.readOnly) return true;
    store.seal();
    const { document, base, conflict } = store.get();
    if (!isDirty(store.get())) return true;
    if (conflict) return false;
    store.set({ save: "saving", saveMessage: "" });
    try {
      const answer = await store.api.saveDraft(document, base);
      store.set({ saved: document, base: answer.base, save: "idle", serverIssues: answer.issues });
      if (!isDirty(store.get())) this.dropCopy();
      return true;
    } catch (error) {
      this.keepCopy();
      this.failed(error, document);
      return false;
    }
  }

  private failed(error: unknown, document: FlowDocument): void {
    const { store } = this;
    if (!(error instanceof ApiError)) {
      store.set({ save: "failed", saveMessage: t("The draft could not be saved.") });
      return;
    }
    if (error.kind === "conflict" && shapeProblem(error.body.document) === null) {
      const conflict = error.body as unknown as Conflict;
      if (equalJson(conflict.document, document)) {
        store.set({ saved: document, base: conflict.base, save: "idle" });
        return;
      }
      store.set({ save: "conflict", conflict });
      return;
    }
    if (error.kind === "offline") {
      store.set({
        save: "offline",
        saveMessage: t("The server cannot be reached. Your changes are kept here."),
      });
      window.clearTimeout(this.retry);
      this.retry = window.setTimeout(() => void this.save(), RETRY_MS);
      return;
    }
    const message = error.kind === "too_large" ? t("The flow is too large to be saved.") : error.message;
    store.set({ save: "failed", saveMessage: message || t("The draft could not be saved.") });
  }

  /** Goes on with my document over theirs: the next save has their base. */
  settle(document: FlowDocument, conflict: Conflict): void {
    this.store.edit(() => document, { label: t("merge") });
    this.store.set({ saved: conflict.document, base: conflict.base, conflict: null, save: "idle" });
  }

  /** The copy of an earlier visit that the server never got. */
  restorable(now: number = Date.now()): Copy | null {
    const copy = this.read();
    if (!copy) return null;
    const { document, base } = this.store.get();
    if (now - copy.at > MAX_AGE_MS || equalJson(copy.document, document)) {
      this.dropCopy();
      return null;
    }
    return copy.base === base || isNewer(copy, this.store.bootstrap.draft?.updated_at) ? copy : null;
  }

  private read(): Copy | null {
    try {
      const text = this.storage?.getItem(this.key);
      const copy = text ? (parseJson(text) as unknown as Copy) : null;
      return copy && shapeProblem(copy.document) === null ? copy : null;
    } catch {
      return null;
    }
  }

  keepCopy(): void {
    const { document, base } = this.store.get();
    if (!isDirty(this.store.get())) {
      this.dropCopy();
      return;
    }
    const text = JSON.stringify({ document, base, at: Date.now() });
    if (text.length > MAX_COPY) return;
    try {
      this.storage?.setItem(this.key, text);
    } catch {
      // A full or forbidden storage takes nothing; the draft is still on the page.
    }
  }

  dropCopy(): void {
    try {
      this.storage?.removeItem(this.key);
    } catch {
      // The same storage.
    }
  }
}

function isNewer({ at }: Copy, updated: string | null | undefined): boolean {
  return updated !== null && updated !== undefined && at > Date.parse(updated);
}

function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
