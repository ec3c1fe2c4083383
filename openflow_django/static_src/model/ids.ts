/** Ids of steps: the letters given first, and ids made of names. The server has the same rules. */

const RESERVED = new Set(["failure", "preprocessor", "Input"]);
const PLAIN = /^[a-zA-Z_0-9]+$/;
const MAX_SLUG = 50;

/** Places that hold the one step with their own name. */
const OWN_NAMES: Record<string, string> = { failure_module: "failure", preprocessor_module: "preprocessor" };

export function letters(number: number): string {
  let text = "";
  for (let rest = number + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    text = String.fromCharCode(97 + ((rest - 1) % 26)) + text;
  }
  return text;
}

export function newId(used: ReadonlySet<string>): string {
  for (let number = 0; ; number++) {
    const id = letters(number);
    if (!used.has(id) && !RESERVED.has(id)) return id;
  }
}

/** "Send e-mail" gives send_e_mail, then send_e_mail_2. A name without usable characters gives a letter. */
export function slug(name: string, used: ReadonlySet<string>): string {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .replace(/[^a-zA-Z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .toLowerCase()
    .slice(0, MAX_SLUG)
    .replace(/_+$/, "");
  return plain === "" ? newId(used) : free(plain, used);
}

/** The id itself where it is free, else with the first free number. */
export function free(id: string, used: ReadonlySet<string>): string {
  if (!used.has(id) && !RESERVED.has(id)) return id;
  for (let number = 2; ; number++) {
    const candidate = `${id}_${String(number)}`;
    if (!used.has(candidate)) return candidate;
  }
}

export type IdProblem = "empty" | "reserved" | "characters" | "used";

export function idProblem(id: string, used: ReadonlySet<string>): IdProblem | null {
  if (id === "") return "empty";
  if (RESERVED.has(id)) return "reserved";
  if (!PLAIN.test(id)) return "characters";
  return used.has(id) ? "used" : null;
}

/** The id that a single place (`failure_module`) gives to its step, null for lists. */
export function placeId(list: string): string | null {
  return OWN_NAMES[list.slice(list.lastIndexOf("/") + 1)] ?? null;
}

/** Whether nobody chose the id: a letter, or made of the step's name. Such an id follows the name. */
export function isMade(id: string, name: string): boolean {
  if (/^[a-z]{1,2}$/.test(id)) return true;
  const base = slug(name, new Set());
  return (
    name !== "" && (id === base || (id.startsWith(`${base}_`) && /^\d+$/.test(id.slice(base.length + 1))))
  );
}
