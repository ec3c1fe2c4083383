import { type ReactElement, useEffect, useMemo, useState } from "react";

import type { RunId, ScopeGroup, ValueAt } from "../api";
import { t } from "../i18n";
import { Icon } from "../icons";
import { templateText } from "../model/convert";
import { member } from "../model/javascript";
import { pointerToken } from "../model/pointer";
import type { Json, JsonObject } from "../model/types";
import { loopsAround } from "../run/states";
import { useSelector, useStore } from "../store";
import { knownGroups } from "./complete";
import { asSchema } from "./schema";
import type { Target } from "./target";

/** What an input can be made of, with the values seen last. A click puts the reference into the armed field. */
export function Properties({
  stepKey,
  target,
}: {
  stepKey: string;
  target: Target | null;
}): ReactElement | null {
  const store = useStore();
  const run = useSelector((state) => state.overlay?.id ?? state.lastRun?.id ?? null);
  const [groups, setGroups] = useState<readonly ScopeGroup[]>(() => knownGroups.get(stepKey) ?? []);
  const [runs, setRuns] = useState<readonly { id: RunId }[]>([]);
  const offered = store.api.offers("scope");
  useEffect(() => {
    if (!offered) return undefined;
    const stopped = new AbortController();
    const timer = window.setTimeout(() => {
      store.api
        .scope(
          { document: store.get().document, step_id: stepKey, source: run === null ? {} : { run } },
          stopped.signal,
        )
        .then((answer) => {
          knownGroups.set(stepKey, answer.groups);
          setGroups(answer.groups);
          store.set({ hasValues: answer.groups.some(({ available }) => available) });
          setRuns(answer.runs);
        })
        .catch(() => undefined);
    }, 50);
    return () => {
      window.clearTimeout(timer);
      stopped.abort();
    };
  }, [store, stepKey, run, offered]);
  const shown = useMemo(
    () => groups.filter(({ kind }) => kind !== "context" || target?.kind !== "value"),
    [groups, target],
  );
  if (!offered || groups.length === 0) return null;
  const put = (expr: string): void => {
    if (!target) return;
    if (target.kind === "template") target.insert(templateText(expr) ?? `{{ ${expr} }}`);
    else target.insert(expr);
  };
  return (
    <section className="ofb-properties" aria-label={t("What can be used here")}>
      <h3>{target ? t("Insert into “{name}”", { name: target.name }) : t("What can be used here")}</h3>
      {!target && <p className="ofb-help">{t("Put the cursor into a field, then choose a value.")}</p>}
      <ul>
        {shown.map((group) => (
          <Group
            key={group.id}
            group={group}
            stepKey={stepKey}
            run={runs[0]?.id ?? null}
            enabled={target !== null}
            put={put}
          />
        ))}
      </ul>
    </section>
  );
}

interface GroupProps {
  group: ScopeGroup;
  stepKey: string;
  run: RunId | null;
  enabled: boolean;
  put: (expr: string) => void;
}

function Group({ group, stepKey, run, enabled, put }: GroupProps): ReactElement {
  const [open, setOpen] = useState(false);
  const load = useLoader(group, stepKey, run);
  const named = group.kind === "variables" || group.kind === "resources";
  const source = { pin: t("pinned"), test: t("test"), run: t("last run"), shape: t("shape only") }[
    group.source
  ];
  return (
    <li>
      <Line
        label={group.label}
        detail={named ? "" : source}
        open={open}
        holds
        enabled={enabled && !named}
        onFold={() => setOpen(!open)}
        onPut={() => put(group.expr)}
      />
      {open && named && (
        <ul>
          {Object.keys(asSchema(asSchema(group.schema).properties)).map((path) => (
            <li key={path}>
              <Line
                label={path}
                detail=""
                holds={false}
                enabled={enabled}
                onPut={() => put(`${group.expr}(${JSON.stringify(path)})`)}
              />
            </li>
          ))}
        </ul>
      )}
      {open && !named && (
        <Inside
          expr={group.expr}
          pointer=""
          schema={asSchema(group.schema)}
          load={group.available ? load : null}
          enabled={enabled}
          put={put}
        />
      )}
    </li>
  );
}

type Loader = (pointer: string, offset: number) => Promise<ValueAt>;

function useLoader(group: ScopeGroup, stepKey: string, run: RunId | null): Loader {
  const store = useStore();
  return useMemo(() => {
    return (path, offset) => {
      const state = store.get();
      const iter = loopsAround(state, stepKey)
        .map((loop) => state.overlay?.loops[loop] ?? 0)
        .join(",");
      const pinned = group.source === "pin";
      return store.api.value({
        ...(run !== null && !pinned ? { run } : {}),
        step: group.id,
        ...(iter ? { iter } : {}),
        ...(path ? { path } : {}),
        ...(offset ? { offset } : {}),
      });
    };
  }, [store, group, stepKey, run]);
}

interface InsideProps {
  expr: string;
  pointer: string;
  schema: JsonObject;
  load: Loader | null;
  enabled: boolean;
  put: (expr: string) => void;
}

/** The members of a value: seen ones where there are values, else those of the shape. */
function Inside({ expr, pointer, schema, load, enabled, put }: InsideProps): ReactElement {
  const [page, setPage] = useState<ValueAt | null>(null);
  const [more, setMore] = useState<[string | number, Json | undefined][]>([]);
  useEffect(() => {
    if (!load) return undefined;
    let gone = false;
    load(pointer, 0)
      .then((found) => {
        if (!gone) setPage(found);
      })
      .catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [load, pointer]);
  const entries = page ? [...entriesOf(page, 0), ...more] : shapeEntries(schema);
  const left = (page?.total ?? 0) - entries.length;
  if (entries.length === 0) {
    return (
      <p className="ofb-quiet ofb-properties-value">
        {page ? shortText(page.value) : t("Nothing is known about it yet.")}
      </p>
    );
  }
  return (
    <ul>
      {entries.map(([key, value]) => (
        <Entry
          key={key}
          name={key}
          value={value}
          known={page !== null}
          expr={expr + member(key)}
          pointer={`${pointer}/${pointerToken(key)}`}
          schema={
            typeof key === "number" ? asSchema(schema.items) : asSchema(asSchema(schema.properties)[key])
          }
          load={load}
          enabled={enabled}
          put={put}
        />
      ))}
      {load && left > 0 && Boolean(page?.truncated) && (
        <li>
          <button
            type="button"
            className="ofb-plain"
            onClick={() =>
              void load(pointer, entries.length).then((next) =>
                setMore([...more, ...entriesOf(next, entries.length)]),
              )
            }
          >
            {t("Load more")}
          </button>
        </li>
      )}
    </ul>
  );
}

function Entry(
  props: InsideProps & { name: string | number; value: Json | undefined; known: boolean },
): ReactElement {
  const [open, setOpen] = useState(false);
  const { value, schema, known } = props;
  const holds = known
    ? typeof value === "object" && value !== null
    : "properties" in schema || "items" in schema;
  const detail = known
    ? holds
      ? Array.isArray(value)
        ? `[${String(value.length)}]`
        : ""
      : shortText(value)
    : typeText(schema);
  return (
    <li>
      <Line
        label={String(props.name)}
        detail={detail}
        open={open}
        holds={holds}
        enabled={props.enabled}
        onFold={() => setOpen(!open)}
        onPut={() => props.put(props.expr)}
      />
      {open && (
        <Inside
          expr={props.expr}
          pointer={props.pointer}
          schema={schema}
          load={props.load}
          enabled={props.enabled}
          put={props.put}
        />
      )}
    </li>
  );
}

function Line(props: {
  label: string;
  detail: string;
  open?: boolean;
  holds: boolean;
  enabled: boolean;
  onFold?: () => void;
  onPut: () => void;
}): ReactElement {
  return (
    <div className="ofb-property">
      {props.holds ? (
        <button
          type="button"
          className="ofb-plain"
          aria-expanded={props.open}
          aria-label={t("Members of {name}", { name: props.label })}
          onClick={props.onFold}
        >
          <Icon name={props.open ? "down" : "play"} size={10} />
        </button>
      ) : (
        <span className="ofb-property-gap" />
      )}
      <button
        type="button"
        className="ofb-property-name"
        disabled={!props.enabled}
        // The field keeps the focus: that is where the text goes.
        onMouseDown={(event) => event.preventDefault()}
        onClick={props.onPut}
      >
        {props.label}
        {props.detail && <span>{props.detail}</span>}
      </button>
    </div>
  );
}

function entriesOf({ value, keys }: ValueAt, offset: number): [string | number, Json | undefined][] {
  if (Array.isArray(value)) return value.map((item, at) => [at + offset, item]);
  if (typeof value !== "object" || value === null) return [];
  return (keys ?? Object.keys(value)).map((key) => [key, value[key]]);
}

function shapeEntries(schema: JsonObject): [string | number, undefined][] {
  const names = Object.keys(asSchema(schema.properties));
  if (names.length > 0) return names.map((name) => [name, undefined]);
  return "items" in schema ? [[0, undefined]] : [];
}

function typeText(schema: JsonObject): string {
  return typeof schema.type === "string" ? schema.type : "";
}

function shortText(value: Json | undefined): string {
  const text = value === undefined ? "" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
