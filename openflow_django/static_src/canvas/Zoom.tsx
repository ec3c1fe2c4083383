import type { ReactElement } from "react";

import { t } from "../i18n";
import { Tool } from "../Toolbar";
import { canvasView } from "./view";

/** How large the canvas is drawn. */
export function Zoom(): ReactElement {
  return (
    <div className="ofb-zoom" role="toolbar" aria-label={t("Zoom")}>
      <Tool icon="minus" text={t("Zoom out")} onClick={() => canvasView.zoom("out")} />
      <Tool icon="add" text={t("Zoom in")} onClick={() => canvasView.zoom("in")} />
      <button type="button" className="ofb-button" onClick={() => canvasView.fit()}>
        {t("Fit")}
      </button>
      <button type="button" className="ofb-button" onClick={() => canvasView.zoom("actual")}>
        {t("100 %")}
      </button>
    </div>
  );
}
