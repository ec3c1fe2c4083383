import {
  autocompletion,
  type Completion,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, undoDepth } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { json } from "@codemirror/lang-json";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import { EditorState, type Extension, Transaction } from "@codemirror/state";
import { EditorView, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { type ReactElement, useEffect, useRef } from "react";

import { useServices } from "./context";

/** A code editor. It lives in a shadow root: there its styles need no permission of the page's policy. */

export type CodeLanguage = "javascript" | "typescript" | "python" | "json" | "text";

export interface CodeProblem {
  line: number;
  column?: number;
  message: string;
}

export interface CodeProps {
  value: string;
  label: string;
  language: CodeLanguage;
  onChange: (value: string) => void;
  onBlur?: () => void;
  onFocus?: (insert: (text: string) => void) => void;
  /** One line that grows to eight, without line numbers. */
  small?: boolean;
  readOnly?: boolean;
  hint?: string;
  problems?: readonly CodeProblem[];
  complete?: (before: string) => { from: number; options: Completion[] } | null;
  describedBy?: string;
}

const COLOURS = HighlightStyle.define([
  {
    tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword],
    color: "var(--ofb-code-keyword)",
  },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--ofb-code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--ofb-code-number)" },
  { tag: [tags.comment], color: "var(--ofb-quiet)", fontStyle: "italic" },
  {
    tag: [tags.propertyName, tags.definition(tags.variableName), tags.function(tags.variableName)],
    color: "var(--ofb-code-name)",
  },
]);

const THEME = EditorView.theme({
  "&": { color: "var(--ofb-fg)", backgroundColor: "transparent", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-content": { fontFamily: "var(--ofb-mono)", caretColor: "var(--ofb-fg)", padding: "6px 0" },
  ".cm-line": { padding: "0 8px" },
  ".cm-cursor": { borderLeftColor: "var(--ofb-fg)" },
  ".cm-gutters": { backgroundColor: "var(--ofb-shade)", color: "var(--ofb-quiet)", border: "none" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection": {
    backgroundColor: "var(--ofb-code-selection) !important",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--ofb-bg)",
    color: "var(--ofb-fg)",
    border: "1px solid var(--ofb-line)",
    borderRadius: "6px",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--ofb-accent)",
    color: "var(--ofb-accent-fg)",
  },
  ".cm-placeholder": { color: "var(--ofb-quiet)" },
  ".cm-matchingBracket": { backgroundColor: "var(--ofb-code-selection)" },
  ".cm-scroller": { maxHeight: "min(50vh, 420px)", overflow: "auto", fontFamily: "var(--ofb-mono)" },
  "&.ofb-small .cm-scroller": { maxHeight: "164px" },
});

function languageOf(language: CodeLanguage): Extension {
  switch (language) {
    case "javascript":
      return javascript();
    case "typescript":
      return javascript({ typescript: true });
    case "python":
      return python();
    case "json":
      return json();
    case "text":
      return [];
  }
}

export function Code(props: CodeProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  const { commands } = useServices();
  const { language, small, readOnly, label, hint } = props;
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const shadow = element.shadowRoot ?? element.attachShadow({ mode: "open", delegatesFocus: true });
    const place = document.createElement("div");
    shadow.replaceChildren(place);
    const insert = (text: string): void => {
      const editor = view.current;
      if (!editor) return;
      editor.dispatch(editor.state.replaceSelection(text), { userEvent: "input.insert" });
      editor.focus();
    };
    const source = (context: CompletionContext): CompletionResult | null => {
      const line = context.state.doc.lineAt(context.pos);
      const found = latest.current.complete?.(line.text.slice(0, context.pos - line.from));
      if (!found || (found.options.length === 0 && !context.explicit)) return null;
      return { from: line.from + found.from, options: found.options, validFor: /^[\w$]*$/ };
    };
    // Its own undo goes first; when it has nothing left, the flow's.
    const undoneFlow = {
      key: "Mod-z",
      run: (editor: EditorView): boolean => {
        if (undoDepth(editor.state) > 0) return false;
        commands.undo();
        return true;
      },
    };
    const state = EditorState.create({
      doc: latest.current.value,
      extensions: [
        history(),
        keymap.of([
          undoneFlow,
          ...completionKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...(small ? [] : [indentWithTab]),
        ]),
        languageOf(language),
        syntaxHighlighting(COLOURS),
        bracketMatching(),
        indentOnInput(),
        autocompletion({ override: [source], icons: false }),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorState.readOnly.of(readOnly ?? false),
        EditorView.editable.of(!(readOnly ?? false)),
        small ? [] : lineNumbers(),
        hint ? placeholder(hint) : [],
        THEME,
        EditorView.editorAttributes.of({ class: small ? "ofb-small" : "" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !update.transactions.some((one) => one.isUserEvent("openflow.outside"))) {
            latest.current.onChange(update.state.doc.toString());
          }
          if (update.focusChanged) {
            if (update.view.hasFocus) latest.current.onFocus?.(insert);
            else latest.current.onBlur?.();
          }
        }),
      ],
    });
    const editor = new EditorView({ state, parent: place, root: shadow });
    view.current = editor;
    // The host hands its focus to the first element that takes it, which is the scroller.
    const inward = (event: FocusEvent): void => {
      if (event.target === editor.scrollDOM) editor.contentDOM.focus({ preventScroll: true });
    };
    place.addEventListener("focusin", inward);
    return () => {
      editor.destroy();
      view.current = null;
    };
  }, [language, small, readOnly, label, hint, commands]);
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === props.value) return;
    const changes = { from: 0, to: editor.state.doc.length, insert: props.value };
    editor.dispatch({
      changes,
      userEvent: "openflow.outside",
      annotations: Transaction.addToHistory.of(false),
    });
  }, [props.value]);
  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const found = (props.problems ?? []).map((problem) => diagnostic(editor, problem));
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [props.problems]);
  return (
    <div
      ref={host}
      className={small ? "ofb-code ofb-code-small" : "ofb-code"}
      aria-describedby={props.describedBy}
    />
  );
}

function diagnostic({ state }: EditorView, { line, column, message }: CodeProblem): Diagnostic {
  const at = state.doc.line(Math.min(Math.max(1, line), state.doc.lines));
  const from = Math.min(at.to, at.from + Math.max(0, (column ?? 1) - 1));
  return { from, to: at.to, severity: "error", message };
}
