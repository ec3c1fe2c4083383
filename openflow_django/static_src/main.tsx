import "@xyflow/react/dist/base.css";
import "./styles.css";

import { Component, type ReactElement, type ReactNode } from "react";
import { createRoot } from "react-dom/client";

import { createApi } from "./api";
import { type Bootstrap, readBootstrap } from "./boot";
import { Builder } from "./Builder";
import { Commands } from "./commands";
import { type Fallback, fallbackOf } from "./fallback";
import { speak } from "./i18n";
import { shapeProblem } from "./model/tree";
import { Persist } from "./persist";
import { Store } from "./store";
import { Testing } from "./testing";

/** Puts the builder in the place of the text area, and the text area back where the builder cannot be. */

class Boundary extends Component<{ children: ReactNode; onError: () => void }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(): void {
    this.props.onError();
  }

  override render(): ReactNode {
    return this.state.failed ? null : this.props.children;
  }
}

function start(mount: HTMLElement, bootstrap: Bootstrap): void {
  speak(bootstrap.catalog, bootstrap.language);
  const fallback = fallbackOf(mount);
  const document = bootstrap.run ? bootstrap.run.document : bootstrap.draft?.document;
  if (document === null || shapeProblem(document) !== null) {
    // A run page has no text to repair; what the person may see of the run stands below.
    if (!bootstrap.run) fallback.tellUnusable();
    return;
  }
  const store = new Store(bootstrap, createApi(bootstrap));
  const testing = new Testing(store);
  const services = { commands: new Commands(store), persist: new Persist(store), testing };
  if (window.matchMedia("(max-width: 640px)").matches) store.set({ view: "outline" });
  fallback.hide();
  fallback.followForm(store, services.persist);
  createRoot(mount).render(guarded(<Builder store={store} services={services} />, store, fallback));
  if (bootstrap.run) testing.follow(bootstrap.run.id, { mode: "run", document: bootstrap.run.document });
}

function guarded(builder: ReactElement, store: Store, fallback: Fallback): ReactElement {
  return <Boundary onError={() => fallback.giveBack(store.get().document)}>{builder}</Boundary>;
}

const mount = document.getElementById("openflow-builder");
const bootstrap = mount && readBootstrap(document);
if (mount && bootstrap) start(mount, bootstrap);
