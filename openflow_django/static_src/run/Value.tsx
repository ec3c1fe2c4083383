import { type ReactElement, useState } from "react";

import { t } from "../i18n";
import type { Json } from "../model/types";

const MOST_ENTRIES = 200;
const MOST_TEXT = 4000;

/** A value as a tree that opens where somebody looks. */
export function Value({
  title,
  value,
  open,
}: {
  title: string;
  value: Json | undefined;
  open: boolean;
}): ReactElement {
  const [shown, setShown] = useState(open);
  return (
    <details className="ofb-value" open={shown} onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>{title}</summary>
      {shown && <Tree value={value} depth={0} />}
    </details>
  );
}

function Tree({ value, depth }: { value: Json | undefined; depth: number }): ReactElement {
  if (typeof value !== "object" || value === null) return <Leaf value={value} />;
  const entries: [string, Json][] = Array.isArray(value)
    ? value.map((item, at) => [String(at), item])
    : Object.entries(value);
  if (entries.length === 0) return <code>{Array.isArray(value) ? "[]" : "{}"}</code>;
  return (
    <ul className="ofb-tree">
      {entries.slice(0, MOST_ENTRIES).map(([key, inner]) => (
        <Branch key={key} name={key} value={inner} depth={depth} />
      ))}
      {entries.length > MOST_ENTRIES && (
        <li className="ofb-quiet">{t("…and {count} more", { count: entries.length - MOST_ENTRIES })}</li>
      )}
    </ul>
  );
}

function Branch({ name, value, depth }: { name: string; value: Json; depth: number }): ReactElement {
  const [open, setOpen] = useState(depth < 1);
  if (typeof value !== "object" || value === null) {
    return (
      <li>
        <span className="ofb-tree-key">{name}</span> <Leaf value={value} />
      </li>
    );
  }
  return (
    <li>
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span className="ofb-tree-key">{name}</span>{" "}
          <span className="ofb-quiet">{Array.isArray(value) ? `[${String(value.length)}]` : "{…}"}</span>
        </summary>
        {open && <Tree value={value} depth={depth + 1} />}
      </details>
    </li>
  );
}

function Leaf({ value }: { value: Json | undefined }): ReactElement {
  const text = value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
  return (
    <code className={`ofb-leaf-${typeof value}`}>
      {text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text}
    </code>
  );
}
