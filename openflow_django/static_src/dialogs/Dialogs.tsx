import type { ReactElement } from "react";

import { t } from "../i18n";
import { keyHelp } from "../keys";
import { useSelector, useStore } from "../store";
import { ConflictDialog } from "./Conflict";
import { Frame } from "./Frame";
import { MoveDialog } from "./Move";
import { PublishDialog, VersionsDialog } from "./Publish";
import { RestoreDialog } from "./Restore";
import { TestDialog } from "./TestFlow";

/** The one dialog that is open. */
export function Dialogs(): ReactElement | null {
  const dialog = useSelector((state) => state.dialog);
  switch (dialog?.kind) {
    case "help":
      return <HelpDialog />;
    case "move":
      return <MoveDialog keys={dialog.keys} />;
    case "publish":
      return <PublishDialog />;
    case "versions":
      return <VersionsDialog />;
    case "conflict":
      return <ConflictDialog />;
    case "restore":
      return <RestoreDialog document={dialog.document} at={dialog.at} />;
    case "test":
      return <TestDialog />;
    default:
      return null;
  }
}

function HelpDialog(): ReactElement {
  const store = useStore();
  const letters = useSelector((state) => state.letters);
  return (
    <Frame title={t("Keys")}>
      <table className="ofb-keys">
        <tbody>
          {keyHelp().map(([keys, text]) => (
            <tr key={keys}>
              <th scope="row">
                <kbd>{keys}</kbd>
              </th>
              <td>{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <label className="ofb-check">
        <input
          type="checkbox"
          checked={letters}
          onChange={(event) => store.set({ letters: event.target.checked })}
        />
        {t("Single letters and digits are commands while a step has the focus")}
      </label>
    </Frame>
  );
}
