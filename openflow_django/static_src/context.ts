import { createContext, useContext } from "react";

import type { Drag } from "./canvas/drag";
import type { Commands } from "./commands";
import type { Persist } from "./persist";
import type { Testing } from "./testing";

/** What components call beside the store. */
export interface Services {
  commands: Commands;
  persist: Persist;
  testing: Testing;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error("There are no services around this component.");
  return services;
}

export const DragContext = createContext<Drag | null>(null);
