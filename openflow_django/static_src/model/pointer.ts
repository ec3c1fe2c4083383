/** JSON pointers (RFC 6901) and copies along a path. */

export function tokens(pointer: string): string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

export function pointerToken(key: string | number): string {
  return String(key).replaceAll("~", "~0").replaceAll("/", "~1");
}

export function join(pointer: string, ...keys: (string | number)[]): string {
  return pointer + keys.map((key) => `/${pointerToken(key)}`).join("");
}

export function getAt(value: unknown, pointer: string): unknown {
  let found = value;
  for (const token of tokens(pointer)) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, token)) return undefined;
    found = (found as Record<string, unknown>)[token];
  }
  return found;
}

/** A copy of `value` with `change` applied at the place; everything beside the path is shared. */
export function changeAt<T>(value: T, pointer: string, change: (found: unknown) => unknown): T {
  return changed(value, tokens(pointer), change) as T;
}

/** A copy of `value` with `put` at the place; undefined removes the key. */
export function setAt<T>(value: T, pointer: string, put: unknown): T {
  return changeAt(value, pointer, () => put);
}

function changed(value: unknown, path: string[], change: (found: unknown) => unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return change(value);
  if (Array.isArray(value)) {
    const items = value as unknown[];
    const index = Number(first);
    const made = changed(items[index], rest, change);
    return made === items[index] ? items : items.with(index, made);
  }
  const record = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const before = Object.hasOwn(record, first) ? record[first] : undefined;
  const made = changed(before, rest, change);
  if (made === before && (made !== undefined || !Object.hasOwn(record, first))) return value;
  if (made !== undefined) return { ...record, [first]: made };
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== first));
}
