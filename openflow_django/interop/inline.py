"""``!inline file``: code of a flow that lies in a file beside it, as in the folders of Windmill's command
line."""

from collections.abc import Callable, Iterator
from typing import Final

from openflow_django.exceptions import OpenFlowError
from openflow_django.interop.yaml import INLINE_TAG
from openflow_django.spec.issues import Issue, quoted
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.raw_steps import RawStep, raw_steps

__all__ = [
    "EXTENSIONS",
    "INLINE_MISSING",
    "PREFIX",
    "inline_references",
    "language_of",
    "resolve_inline",
    "unresolved_inline",
]

PREFIX: Final = f"{INLINE_TAG} "

#: What stands in files of their own.
FIELDS: Final = ("content", "lock")

EXTENSIONS: Final = {
    "ansible": "playbook.yml",
    "bash": "sh",
    "bigquery": "bq.sql",
    "bun": "ts",
    "csharp": "cs",
    "deno": "deno.ts",
    "duckdb": "duckdb.sql",
    "go": "go",
    "graphql": "gql",
    "java": "java",
    "mssql": "ms.sql",
    "mysql": "my.sql",
    "nativets": "fetch.ts",
    "nu": "nu",
    "oracledb": "odb.sql",
    "php": "php",
    "postgresql": "pg.sql",
    "powershell": "ps1",
    "python3": "py",
    "r": "r",
    "rlang": "r",
    "ruby": "rb",
    "rust": "rs",
    "snowflake": "sf.sql",
}
"""Extension of the file of a script, by language. It is for people and editors: the flow names the
language."""

INLINE_MISSING: Final = "inline_missing"
"""Code of the issue about a file that is not there."""


def language_of(extension: str) -> str:
    """The language of a script by the extension of its file, "" when nobody knows."""
    known = {"bun.ts": "bun", "ts": "bun", **{end: name for name, end in EXTENSIONS.items()}}
    return known.get(extension.lower(), "")


def inline_references(document: JsonObject) -> Iterator[tuple[RawStep, str, str]]:
    """Each step, its field and the file that the field stands for."""
    value = document.get("value")
    for found in raw_steps(value) if isinstance(value, dict) else ():
        if found.kind != "rawscript":
            continue
        for field in FIELDS:
            text = found.value.get(field)
            if isinstance(text, str) and text.startswith(PREFIX):
                yield found, field, text.removeprefix(PREFIX).strip()


def resolve_inline(document: JsonObject, *, read: Callable[[str], str]) -> list[Issue]:
    """Put the content of files in place of the references to them; ``document`` is changed.

    ``read`` gives the text of a file of the flow's folder and raises OpenFlowError where it can not. What
    cannot be read is an error, except for a lock, which is dropped: it is made anew from the code.
    """
    issues: list[Issue] = []
    for found, field, name in list(inline_references(document)):
        try:
            found.value[field] = read(name)
        except OpenFlowError as error:
            issues.append(_issue(found, field, name, f"{error.message}"))
            if field == "lock":
                del found.value[field]
    return issues


def unresolved_inline(document: JsonObject) -> list[Issue]:
    """An error for each reference: a document that came without its folder has no code to run."""
    message = "the document came without the folder that holds it."
    return [_issue(found, field, name, message) for found, field, name in inline_references(document)]


def _issue(found: RawStep, field: str, name: str, reason: str) -> Issue:
    step_id: Json = found.step.get("id")
    return Issue(
        f"{found.pointer}/value/{field}",
        code=INLINE_MISSING,
        message=f"The file {quoted(name)} is missing: {reason}",
        hint="Import the whole folder of the flow.",
        severity="error" if field == "content" else "warning",
        step_id=step_id if isinstance(step_id, str) else None,
    )
