// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest";

import { type Api, ApiError } from "../api";
import type { Bootstrap } from "../boot";
import { Commands } from "../commands";
import * as edits from "../model/edits";
import { ROOT_LIST, walk } from "../model/tree";
import type { FlowDocument, JsonObject } from "../model/types";
import { Persist } from "../persist";
import { isDirty, Store } from "../store";
import { flow, loop, reads, step } from "./documents";

const DOCUMENT = flow(step("a"), loop("l", step("b")), reads("c", "results.a"));

/** A server that keeps one draft. */
class Server {
  document: FlowDocument = DOCUMENT;
  base = "1";
  saves: FlowDocument[] = [];
  offline = false;
  hold: Promise<void> = Promise.resolve();

  readonly api = {
    saveDraft: async (document: FlowDocument, base: string) => {
      await this.hold;
      if (this.offline) throw new ApiError("offline", 0, {}, "");
      if (base !== this.base) {
        const body = {
          code: "conflict",
          base: this.base,
          document: this.document,
          updated_by: "kim",
          updated_at: null,
        };
        throw new ApiError("conflict", 409, body as unknown as JsonObject, "");
      }
      this.saves.push(document);
      this.document = document;
      this.base = String(Number(base) + 1);
      return { base: this.base, issues: [] };
    },
  } as unknown as Api;
}

function opened(server: Server): { store: Store; commands: Commands; persist: Persist } {
  const bootstrap: Bootstrap = {
    flow: { id: 1, name: "Test", status: "active", published_version: null },
    draft: { document: server.document, base: server.base, updated_at: null, updated_by: null },
    perms: { change: true, publish: true, run: true, view_run: true },
    urls: {},
    language: "en",
    dir: "ltr",
    user: "7",
  };
  const store = new Store(bootstrap, server.api);
  return { store, commands: new Commands(store), persist: new Persist(store, window.localStorage) };
}

beforeEach(() => window.localStorage.clear());

describe("history", () => {
  it("takes a hundred mixed edits back and does them again", () => {
    const { store, commands } = opened(new Server());
    const seen: FlowDocument[] = [store.get().document];
    for (let round = 0; round < 100; round++) {
      const keys = walk(store.get().document).map(({ key }) => key);
      const key = keys[round % keys.length] ?? "a";
      const slot = { list: ROOT_LIST, index: round % 3 };
      if (round % 4 === 0) commands.insert(slot, step(commands.freshId()));
      else if (round % 4 === 1) commands.move([key], slot);
      else if (round % 4 === 2) commands.set(key, "/summary", `name ${String(round)}`);
      else commands.duplicate([key]);
      store.seal();
      if (store.get().document !== seen.at(-1)) seen.push(store.get().document);
    }
    for (const document of [...seen].reverse()) {
      expect(store.get().document).toBe(document);
      store.undo();
    }
    expect(isDirty(store.get())).toBe(false);
    while (store.redo() !== null);
    expect(store.get().document).toBe(seen.at(-1));
  });

  it("makes one edit of typing, and another after a pause", () => {
    vi.useFakeTimers();
    const { store, commands } = opened(new Server());
    for (const text of ["H", "He", "Hey"]) commands.set("a", "/summary", text);
    vi.advanceTimersByTime(2000);
    commands.set("a", "/summary", "Hey you");
    store.undo();
    expect(walk(store.get().document)[0]?.module.summary).toBe("Hey");
    store.undo();
    expect(store.get().document).toBe(DOCUMENT);
    vi.useRealTimers();
  });

  it("renames with every mention as one edit", () => {
    const { store, commands } = opened(new Server());
    commands.rename("a", "first");
    expect(JSON.stringify(store.get().document)).toContain("results.first");
    store.undo();
    expect(store.get().document).toBe(DOCUMENT);
  });

  it("lets a made id follow the name when the name is left", () => {
    const { store, commands } = opened(new Server());
    for (const text of ["Send", "Send it"]) commands.setName("a", text);
    expect(commands.commitName("a")).toBe("send_it");
    expect(JSON.stringify(store.get().document)).toContain("results.send_it");
    store.undo();
    expect(store.get().document).toBe(DOCUMENT);
  });

  it("changes nothing for those who may only look", () => {
    const { store } = opened(new Server());
    const looking = new Store(
      { ...store.bootstrap, perms: { ...store.bootstrap.perms, change: false } },
      store.api,
    );
    looking.edit((document) => edits.remove(document, ["a"]), { label: "" });
    expect(looking.get().document).toBe(DOCUMENT);
  });
});

describe("saving", () => {
  it("sends the whole document and is clean afterwards; undo makes it dirty, redo clean", async () => {
    const server = new Server();
    const { store, commands, persist } = opened(server);
    commands.set("a", "/summary", "Named");
    await expect(persist.save()).resolves.toBe(true);
    expect(server.document).toBe(store.get().document);
    expect(isDirty(store.get())).toBe(false);
    store.undo();
    expect(isDirty(store.get())).toBe(true);
    store.redo();
    expect(isDirty(store.get())).toBe(false);
  });

  it("has one save under way and sends the newest next", async () => {
    const server = new Server();
    const { store, commands, persist } = opened(server);
    let free = (): void => undefined;
    server.hold = new Promise((resolve) => (free = resolve));
    commands.set("a", "/summary", "1");
    const first = persist.save();
    commands.set("l", "/summary", "2");
    void persist.save();
    commands.set("c", "/summary", "3");
    void persist.save();
    free();
    await first;
    expect(server.saves).toHaveLength(2);
    expect(server.document).toBe(store.get().document);
    expect(isDirty(store.get())).toBe(false);
  });

  it("loses nothing to somebody else's save: both go on", async () => {
    const server = new Server();
    const [me, them] = [opened(server), opened(server)];
    them.commands.set("b", "/summary", "Theirs");
    await them.persist.save();
    me.commands.set("a", "/summary", "Mine");
    await expect(me.persist.save()).resolves.toBe(false);
    const { conflict, save } = me.store.get();
    expect(save).toBe("conflict");
    me.commands.set("c", "/summary", "Still mine");
    if (!conflict) throw new Error("no conflict");
    me.persist.settle(me.store.get().document, conflict);
    await expect(me.persist.save()).resolves.toBe(true);
    expect(server.document.value.modules[2]?.summary).toBe("Still mine");
  });

  it("keeps a copy when the server cannot be reached, and offers it to the next visit", async () => {
    const server = new Server();
    server.offline = true;
    const { store, commands, persist } = opened(server);
    commands.set("a", "/summary", "Typed on the train");
    await expect(persist.save()).resolves.toBe(false);
    expect(store.get().save).toBe("offline");
    const later = opened(server);
    expect(later.persist.restorable()?.document.value.modules[0]?.summary).toBe("Typed on the train");
    server.offline = false;
    await persist.save();
    expect(opened(server).persist.restorable()).toBeNull();
  });

  it("offers no copy that is a week old", () => {
    const server = new Server();
    const { commands, persist } = opened(server);
    commands.set("a", "/summary", "Old");
    persist.keepCopy();
    expect(opened(server).persist.restorable(Date.now() + 8 * 24 * 3600 * 1000)).toBeNull();
  });
});
