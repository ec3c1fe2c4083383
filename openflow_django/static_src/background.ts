import { useEffect } from "react";

import type { Services } from "./context";
import { issueText } from "./issues";
import { check } from "./model/check";
import type { JsonObject } from "./model/types";
import type { Store } from "./store";

/** What goes on beside the person: loading, checking, keeping copies. */

const CHECK_MS = 200;
const VALIDATE_MS = 1500;
const TOAST_MS = 6000;

export function useBackground(store: Store, { persist }: Services): void {
  useEffect(() => {
    const stops = [persist.watch(), load(store), checks(store), toasts(store), collapsedKept(store)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [store, persist]);
}

function load(store: Store): () => void {
  store.api
    .catalog()
    .then((catalog) => store.set({ catalog, catalogState: "ready" }))
    .catch(() => store.set({ catalogState: "failed" }));
  if (store.api.offers("triggers")) {
    store.api
      .triggers()
      .then((triggers) => store.set({ triggers }))
      .catch(() => undefined);
  }
  return () => undefined;
}

/** The client's checks soon after an edit, the server's once it is quiet. */
function checks(store: Store): () => void {
  let seen: unknown = null;
  let catalog: unknown = null;
  let soon = 0;
  let later = 0;
  let asked: AbortController | null = null;
  const run = (): void => {
    const { document, catalog: known } = store.get();
    const schemas = new Map<string, JsonObject>();
    for (const { path, schema } of [...known.operations, ...known.scripts, ...known.flows]) {
      if (schema) schemas.set(path, schema);
    }
    store.set({ clientIssues: check(document, (path) => schemas.get(path), issueText) });
  };
  const ask = (): void => {
    asked?.abort();
    const stopped = new AbortController();
    asked = stopped;
    store.api
      .validate(store.get().document, stopped.signal)
      .then(({ issues }) => {
        if (!stopped.signal.aborted) store.set({ serverIssues: issues });
      })
      .catch(() => undefined);
  };
  const look = (): void => {
    const { document, catalog: known } = store.get();
    if (document === seen && known === catalog) return;
    const edited = document !== seen;
    seen = document;
    catalog = known;
    window.clearTimeout(soon);
    soon = window.setTimeout(run, CHECK_MS);
    if (!edited || store.readOnly || !store.api.offers("validate")) return;
    window.clearTimeout(later);
    later = window.setTimeout(ask, VALIDATE_MS);
  };
  const stop = store.subscribe(look);
  look();
  return () => {
    stop();
    window.clearTimeout(soon);
    window.clearTimeout(later);
    asked?.abort();
  };
}

/** What was said goes away again. */
function toasts(store: Store): () => void {
  let timer = 0;
  let seen = 0;
  const stop = store.subscribe(() => {
    const { announcement } = store.get();
    if (announcement.number === seen) return;
    seen = announcement.number;
    window.clearTimeout(timer);
    if (announcement.text !== "") {
      timer = window.setTimeout(() => {
        seen += 1;
        store.set({ announcement: { text: "", number: seen } });
      }, TOAST_MS);
    }
  });
  return () => {
    stop();
    window.clearTimeout(timer);
  };
}

/** Which containers are closed is kept in the browser, for each flow. */
function collapsedKept(store: Store): () => void {
  const key = `openflow:collapsed:${String(store.bootstrap.flow?.id ?? "")}`;
  let seen = store.get().collapsed;
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(key) ?? "null");
    if (Array.isArray(kept)) {
      seen = new Set(kept.filter((name): name is string => typeof name === "string"));
      store.set({ collapsed: seen });
    }
  } catch {
    // The flow opens as it does for the first time.
  }
  return store.subscribe(() => {
    const { collapsed } = store.get();
    if (collapsed === seen) return;
    seen = collapsed;
    try {
      window.localStorage.setItem(key, JSON.stringify([...collapsed]));
    } catch {
      // It is a comfort only.
    }
  });
}
