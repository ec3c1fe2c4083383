import { parseJson } from "./json";
import type { FlowDocument, Issue } from "./model/types";

/** What the server puts into the page. */

export interface Permissions {
  change: boolean;
  publish: boolean;
  run: boolean;
  test?: boolean;
  view_run: boolean;
  view_payload?: boolean;
  cancel?: boolean;
  replay?: boolean;
  approve?: boolean;
  triggers?: boolean;
  code?: { python?: boolean; js?: boolean };
}

/** Addresses; `runs`, `run_page` and `versions` are continued with an id. One that is missing is not offered. */
export type UrlName =
  | "catalog"
  | "models"
  | "draft"
  | "validate"
  | "publish"
  | "versions"
  | "evaluate"
  | "scope"
  | "value"
  | "test"
  | "runs"
  | "run_page"
  | "run_list"
  | "pins"
  | "triggers"
  | "convert"
  | "flow_page"
  | "login";

/** English text to its translation, or to its forms by number. */
export type Translations = Record<string, string | string[]>;

export interface FlowFacts {
  id: number | string;
  path?: string;
  name: string;
  status: string;
  published_version: number | null;
  published_digest?: string | null;
}

export interface Bootstrap {
  flow: FlowFacts | null;
  draft?: { document: FlowDocument; base: string; updated_at: string | null; updated_by: string | null };
  perms: Permissions;
  urls: Partial<Record<UrlName, string>>;
  language: string;
  dir: "ltr" | "rtl";
  catalog?: Translations;
  user?: string;
  csrf?: { header: string; token: string };
  issues?: Issue[];
  /** Ids of the steps that this person pinned a result of. */
  pins?: string[];
  run?: RunBoot | null;
  time_zone?: string;
}

/** The run that a run page shows, with the document it was started with. */
export interface RunBoot {
  id: number | string;
  status: string;
  version: number | null;
  document: FlowDocument | null;
}

const BOOTSTRAP_ID = "openflow-bootstrap";

export function readBootstrap(page: Document): Bootstrap | null {
  const text = page.getElementById(BOOTSTRAP_ID)?.textContent;
  return text ? (parseJson(text) as unknown as Bootstrap) : null;
}

/** The token against forged requests: of a form on the page, else of the cookie. */
export function csrfToken(page: Document): string {
  const input = page.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]");
  return input?.value ?? /(?:^|;\s*)csrftoken=([^;]+)/.exec(page.cookie)?.[1] ?? "";
}
