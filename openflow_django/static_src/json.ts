import type { Json } from "./model/types";

interface RawJsonConstructor {
  rawJSON?: (text: string) => unknown;
  isRawJSON?: (value: unknown) => boolean;
}

const raw = JSON as unknown as RawJsonConstructor;

/** JSON.parse that keeps numbers a double cannot hold (`1e999`, 20-digit ids) as they were written. */
export function parseJson(text: string): Json {
  const { rawJSON } = raw;
  if (rawJSON === undefined) return JSON.parse(text) as Json;
  const revive = (_key: string, value: unknown, context?: { source?: string }): unknown => {
    if (typeof value !== "number" || context?.source === undefined) return value;
    return isExact(value, context.source) ? value : rawJSON(context.source);
  };
  return JSON.parse(text, revive) as Json;
}

/** Whether writing the number again gives the same value as its source. */
function isExact(value: number, source: string): boolean {
  if (Number.isSafeInteger(value)) return true;
  return Number.isFinite(value) && String(value) === source.replace(/(\.\d*?)0+(?=e|$)/i, "$1").toLowerCase();
}

export function isRawNumber(value: unknown): boolean {
  return raw.isRawJSON?.(value) ?? false;
}

/** Equality of JSON values; the order of keys does not count. */
export function equalJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (isRawNumber(left) || isRawNumber(right)) return JSON.stringify(left) === JSON.stringify(right);
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const a = left as Record<string, unknown>;
  const b = right as Record<string, unknown>;
  const keys = Object.keys(a).filter((key) => a[key] !== undefined);
  if (keys.length !== Object.keys(b).filter((key) => b[key] !== undefined).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && equalJson(a[key], b[key]));
}
