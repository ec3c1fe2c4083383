import type { ReactElement } from "react";

import { t, tn } from "../i18n";
import type { Change, FieldChange } from "../model/diff";

/** Differences as a list that people can read. */
export function Changes({ changes }: { changes: readonly Change[] }): ReactElement {
  if (changes.length === 0) return <p className="ofb-quiet">{t("There is no difference.")}</p>;
  return (
    <ul className="ofb-changes">
      {changes.map((change) => (
        <li key={`${change.kind}${String(change.id)}`} className={`ofb-change-${change.kind}`}>
          <span className="ofb-change-kind">{kindText(change.kind)}</span> <strong>{nameOf(change)}</strong>
          {change.fields.length > 0 && (
            <details open={change.fields.length <= 3}>
              <summary>{tn("{count} field", "{count} fields", change.fields.length)}</summary>
              {change.fields.map((field) => (
                <Field key={field.path} field={field} />
              ))}
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}

function nameOf({ id, name }: Change): string {
  if (id === null) return t("Flow");
  return name ? `${name} (${id})` : id;
}

function kindText(kind: Change["kind"]): string {
  return { added: t("added"), removed: t("removed"), moved: t("moved"), changed: t("changed") }[kind];
}

function Field({ field }: { field: FieldChange }): ReactElement {
  const lines = lineDiff(shown(field.before), shown(field.after));
  return (
    <div className="ofb-change-field">
      <code>
        {field.path
          .replace(/^\/value\/input_transforms\//, "")
          .replace(/^\/value\//, "")
          .replace(/^\//, "") || t("all")}
      </code>
      <pre>
        {lines.map(({ sign, text }, at) => (
          <span key={at} className={sign === "+" ? "ofb-plus" : sign === "-" ? "ofb-minus" : ""}>
            {`${sign} ${text}\n`}
          </span>
        ))}
      </pre>
    </div>
  );
}

function shown(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

const MOST_LINES = 400;

/** Lines of both texts: kept, removed, added. */
export function lineDiff(before: string, after: string): { sign: string; text: string }[] {
  const old = before === "" ? [] : before.split("\n").slice(0, MOST_LINES);
  const fresh = after === "" ? [] : after.split("\n").slice(0, MOST_LINES);
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint16Array(fresh.length + 1));
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (!row) continue;
      row[j] =
        old[i] === fresh[j]
          ? (lengths[i + 1]?.[j + 1] ?? 0) + 1
          : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  const lines: { sign: string; text: string }[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      lines.push({ sign: " ", text: old[i] ?? "" });
      i += 1;
      j += 1;
    } else if (
      i < old.length &&
      (j >= fresh.length || (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))
    ) {
      lines.push({ sign: "-", text: old[i] ?? "" });
      i += 1;
    } else {
      lines.push({ sign: "+", text: fresh[j] ?? "" });
      j += 1;
    }
  }
  return lines;
}
