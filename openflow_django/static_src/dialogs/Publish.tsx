import { type ReactElement, useEffect, useMemo, useState } from "react";

import { ApiError, type Version } from "../api";
import { useServices } from "../context";
import { dateTime, t, tn } from "../i18n";
import { allIssues } from "../issues";
import { diff } from "../model/diff";
import type { FlowDocument, Issue } from "../model/types";
import { isDirty, useSelector, useStore } from "../store";
import { Changes } from "./Changes";
import { Frame } from "./Frame";

const EMPTY: FlowDocument = { summary: "", value: { modules: [] } };

/** Makes the draft live: first what that changes, and what stands in the way. */
export function PublishDialog(): ReactElement {
  const store = useStore();
  const { persist } = useServices();
  const document = useSelector((state) => state.document);
  const dirty = useSelector(isDirty);
  const base = useSelector((state) => state.base);
  const live = store.bootstrap.flow?.published_version ?? null;
  const [published, setPublished] = useState<FlowDocument | null>(live === null ? EMPTY : null);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
  const [issues, setIssues] = useState<readonly Issue[]>(() =>
    allIssues(store.get()).filter(({ severity }) => severity === "error"),
  );
  useEffect(() => {
    if (live === null) return;
    store.api
      .version(live)
      .then((version) => setPublished(version.document))
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : ""));
  }, [store, live]);
  const changes = useMemo(() => (published ? diff(published, document) : null), [published, document]);
  const publish = async (): Promise<void> => {
    setBusy(true);
    setFailure("");
    try {
      if (!(await persist.save())) {
        store.set({ dialog: null });
        return;
      }
      const { version } = await store.api.publish(store.get().base, note);
      if (store.bootstrap.flow) store.bootstrap.flow.published_version = version;
      store.announce(t("Version {version} is live.", { version }));
      store.set({ dialog: null });
    } catch (error) {
      const found =
        error instanceof ApiError && Array.isArray(error.body.issues)
          ? (error.body.issues as unknown as Issue[])
          : null;
      if (found) {
        setIssues(found);
        store.set({ serverIssues: found });
      }
      setFailure(error instanceof Error && error.message ? error.message : t("It could not be published."));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Frame
      title={
        live === null
          ? t("Publish the first version")
          : t("Publish over version {version}", { version: live })
      }
      wide
      foot={
        <>
          <button
            type="button"
            className="ofb-button"
            onClick={() => store.set({ dialog: { kind: "versions" } })}
          >
            {t("Versions…")}
          </button>
          <button
            type="button"
            className="ofb-button ofb-primary"
            disabled={busy || issues.some(({ severity }) => severity === "error")}
            onClick={() => void publish()}
          >
            {dirty ? t("Save and publish") : t("Publish")}
          </button>
        </>
      }
    >
      {issues.length > 0 && (
        <section className="ofb-blocking">
          <h3>
            {tn(
              "{count} mistake keeps it from being published",
              "{count} mistakes keep it from being published",
              issues.length,
            )}
          </h3>
          <ul>
            {issues.map((issue, at) => (
              <li key={at}>
                {issue.step_id && <code>{issue.step_id}</code>} {issue.message}
              </li>
            ))}
          </ul>
          <button
            type="button"
            className="ofb-button"
            onClick={() => store.set({ dialog: null, panel: "problems" })}
          >
            {t("Show them")}
          </button>
        </section>
      )}
      {changes ? <Changes changes={changes} /> : <p className="ofb-quiet">{t("Loading…")}</p>}
      <label className="ofb-field">
        <span className="ofb-label">{t("What is new (for the list of versions)")}</span>
        <textarea rows={2} value={note} onChange={(event) => setNote(event.target.value)} />
      </label>
      <p className="ofb-help">
        {dirty ? t("The draft is saved first.") : t("Draft {digest}", { digest: base.slice(0, 12) })}
      </p>
      {failure && (
        <p className="ofb-error" role="alert">
          {failure}
        </p>
      )}
    </Frame>
  );
}

/** What was live when; any of it can be put back into the draft. */
export function VersionsDialog(): ReactElement {
  const store = useStore();
  const [versions, setVersions] = useState<Version[] | null>(null);
  const [shown, setShown] = useState<{ number: number; document: FlowDocument } | null>(null);
  const [failure, setFailure] = useState("");
  const current = useSelector((state) => state.document);
  useEffect(() => {
    store.api
      .versions()
      .then(setVersions)
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : ""));
  }, [store]);
  const show = (number: number): void => {
    store.api
      .version(number)
      .then(({ document }) => setShown({ number, document }))
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : ""));
  };
  const restore = (): void => {
    if (!shown) return;
    store.edit(() => shown.document, {
      label: t("restore version {version}", { version: shown.number }),
      select: [],
    });
    store.set({ dialog: null });
    store.announce(
      t("The draft is now as version {version} was. It is not saved yet.", { version: shown.number }),
    );
  };
  return (
    <Frame title={t("Versions")} wide>
      {failure && (
        <p className="ofb-error" role="alert">
          {failure}
        </p>
      )}
      {versions?.length === 0 && <p className="ofb-quiet">{t("Nothing was published yet.")}</p>}
      <ul className="ofb-versions">
        {versions?.map((version) => (
          <li key={version.number}>
            <button
              type="button"
              className="ofb-plain"
              aria-expanded={shown?.number === version.number}
              onClick={() => show(version.number)}
            >
              <strong>{t("Version {version}", { version: version.number })}</strong>{" "}
              {version.live && <em>{t("live")}</em>}
              <span className="ofb-quiet">
                {dateTime(version.at)} {version.author}
              </span>
              <span>{version.note}</span>
            </button>
            {shown?.number === version.number && (
              <div>
                <h3>{t("What restoring it would change in the draft")}</h3>
                <Changes changes={diff(current, shown.document)} />
                {!store.readOnly && (
                  <button type="button" className="ofb-button ofb-primary" onClick={restore}>
                    {t("Put into the draft")}
                  </button>
                )}
              </div>
            )}
          </li>
        ))}
      </ul>
    </Frame>
  );
}
