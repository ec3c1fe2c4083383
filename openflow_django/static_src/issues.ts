import { t } from "./i18n";
import type { IssueCode } from "./model/check";
import type { Issue } from "./model/types";
import type { State } from "./store";

/** The words of what the page itself finds wrong. */
export function issueText(code: IssueCode, values: Record<string, string>): string {
  switch (code) {
    case "id_empty":
      return t("The step has no id.");
    case "id_reserved":
      return t("The id “{id}” has a meaning of its own.", values);
    case "id_characters":
      return t("The id “{id}” may only have letters, digits and _.", values);
    case "id_used":
      return t("The id “{id}” is used twice.", values);
    case "unknown_step":
      return t("There is no step “{id}”.", values);
    case "step_not_before":
      return t("The step “{id}” has not run yet at this place.", values);
    case "required_input":
      return t("“{name}” is needed.", values);
    case "invalid_value":
      return t("The value of “{name}” does not fit: {reason}.", {
        ...values,
        reason: keywordText(values.reason ?? ""),
      });
    case "empty_expression":
      return t("The expression of “{name}” is empty.", values);
  }
}

function keywordText(keyword: string): string {
  const words: Record<string, string> = {
    type: t("it has another type"),
    enum: t("it is none of the choices"),
    const: t("it is none of the choices"),
    minimum: t("it is too small"),
    exclusiveMinimum: t("it is too small"),
    maximum: t("it is too large"),
    exclusiveMaximum: t("it is too large"),
    minLength: t("it is too short"),
    maxLength: t("it is too long"),
    minItems: t("it has too few entries"),
    maxItems: t("it has too many entries"),
    pattern: t("it has another form"),
    format: t("it has another form"),
    required: t("something in it is missing"),
    additionalProperties: t("something in it is not known"),
  };
  return words[keyword] ?? keyword;
}

/** All that is known to be wrong; what both sides found is told once. */
export function allIssues(state: State): Issue[] {
  const { clientIssues, serverIssues } = state;
  const own = new Set(clientIssues.map(({ path }) => path));
  return [...clientIssues, ...serverIssues.filter(({ path }) => !own.has(path))];
}
