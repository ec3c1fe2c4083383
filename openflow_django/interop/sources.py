"""Everything that can be imported, told apart and read: texts, files, folders, archives."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from openflow_django.exceptions import OpenFlowError
from openflow_django.interop import directus, windmill
from openflow_django.interop.archives import ArchiveTree, is_archive
from openflow_django.interop.files import FOLDER_ENDS, FlowFile, is_flow_file, parse_flow_file
from openflow_django.interop.imported import Imported, ImportedFlow, ImportedScript, Skipped
from openflow_django.interop.inline import (
    INLINE_MISSING,
    inline_references,
    language_of,
    resolve_inline,
    unresolved_inline,
)
from openflow_django.interop.names import flow_path, inside
from openflow_django.interop.texts import SUFFIXES, read_text, without_suffix
from openflow_django.interop.trees import DiskTree, Tree, read_file
from openflow_django.interop.windmill import NotAFlow
from openflow_django.spec.issues import DocumentInvalid, Issue
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.parse import parse
from openflow_django.spec.upgrade import upgrade

__all__ = ["read_data", "read_path", "read_tree"]

FLOW_FOLDER: Final = re.compile(
    r"(?:(?P<folder>.+(?:\.flow|__flow))/)?flow\.(?:yaml|yml|json)", re.DOTALL | re.IGNORECASE
)
SCRIPT_FILE: Final = re.compile(r"(?P<path>.+)\.script\.(?:yaml|yml|json)", re.DOTALL | re.IGNORECASE)

#: Files of a workspace of Windmill that hold something else.
OTHER_KINDS: Final = re.compile(
    r".+\.(?P<kind>app|resource|resource-type|variable|schedule|user|group|folder|key|[a-z]+_trigger)"
    r"\.(?:yaml|yml|json)",
    re.DOTALL,
)

#: Settings of a workspace, and folders that hold one thing with many files. What is no flow there, nobody
# misses.
UNREMARKABLE: Final = re.compile(
    r"(?:.*/)?(?:wmill(?:-[^/]*)?|settings|folder\.meta|encryption_key)\.(?:yaml|yml|json)"
    r"|(?:.*/)?[^/]+(?:\.|__)(?:app|raw_app)/.*",
    re.DOTALL,
)


def read_path(path: Path) -> Imported:
    """What a file, an archive or a folder on disk holds.

    Raises OpenFlowError when it cannot be read at all. What is wrong with one of several files is told in
    ``skipped``.
    """
    if path.is_dir():
        return read_tree(DiskTree(path))
    if FLOW_FOLDER.fullmatch(path.name) and path.parent.name.endswith(FOLDER_ENDS):
        return read_tree(DiskTree(path.parent))
    data = read_file(path)
    if is_archive(data):
        return read_tree(ArchiveTree(data, name=path.stem))
    return read_data(read_text(data, name=path.name), path=_named(path.name), source=path.name)


def read_data(data: Json | bytes, *, path: str = "", source: str = "") -> Imported:
    """What JSON, or the text of JSON or YAML, holds: flow files of ours, and whatever :mod:`directus` and
    :mod:`windmill` read.

    ``path`` is for a flow that names none. Raises NotAFlow, NotADirectusFlow, FlowFileInvalid, JsonInvalid
    or YamlInvalid.
    """
    value = read_text(data) if isinstance(data, str | bytes) else data
    own = [value] if is_flow_file(value) else value
    if isinstance(own, list) and own and all(is_flow_file(item) for item in own):
        return Imported(flows=[_imported(parse_flow_file(item), path=path, source=source) for item in own])
    if directus.is_directus(value):
        return Imported(flows=[replace(flow, source=source) for flow in directus.load(value, path=path)])
    scripts = list(_bundled_scripts(value, source=source))
    try:
        flows = windmill.load(value, path=path)
    except NotAFlow:
        if not scripts:
            raise
        flows = []
    return Imported(flows=[replace(flow, source=source) for flow in flows], scripts=scripts)


def read_tree(tree: Tree) -> Imported:
    """All flows and scripts below a root: folders of flows, single files, scripts with their code beside
    them.

    Files of other kinds are passed over, those that look like flows and are none with the reason.
    """
    flows: list[ImportedFlow] = []
    scripts: list[ImportedScript] = []
    skipped: list[Skipped] = list(tree.skipped)
    found_folders = (FLOW_FOLDER.fullmatch(path) for path in tree.paths)
    folders = {match["folder"] for match in found_folders if match is not None and match["folder"]}
    for path in tree.paths:
        if not path.lower().endswith(SUFFIXES):
            continue
        is_remarkable = not (UNREMARKABLE.fullmatch(path) or _is_inside(path, folders))
        if is_remarkable and (other := OTHER_KINDS.fullmatch(path)):
            skipped.append(Skipped(source=path, reason=f"It is a {other['kind']}, not a flow."))
            continue
        try:
            found = _read_script(tree, path) if SCRIPT_FILE.fullmatch(path) else _read_flow(tree, path)
        except OpenFlowError as error:
            if is_remarkable:
                is_error = not isinstance(error, NotAFlow)
                skipped.append(Skipped(source=path, reason=error.message, is_error=is_error))
        else:
            flows += found.flows
            scripts += found.scripts
    return Imported(flows=flows, scripts=scripts, skipped=skipped)


def _is_inside(path: str, folders: Collection[str]) -> bool:
    """Whether the file lies in the folder of a flow and is not the one that describes it."""
    if FLOW_FOLDER.fullmatch(path):
        return False
    return any(str(parent) in folders for parent in PurePosixPath(path).parents)


def _read_flow(tree: Tree, path: str) -> Imported:
    """The flow of one file, its code put in from the files beside it, and from nowhere else."""
    folder = path.rpartition("/")[0]
    data = read_text(tree.read(path), name=path)
    document = data["document"] if is_flow_file(data) and isinstance(data, dict) else data
    if not isinstance(document, dict) or not any(inline_references(document)):
        return read_data(data, path=_named(path, root=tree.name), source=path)
    issues = resolve_inline(document, read=lambda name: _text(tree, inside(folder, name)))
    found = read_data(data, path=_named(path, root=tree.name), source=path)
    kept = [issue for issue in found.flows[0].warnings if issue.code != INLINE_MISSING]
    flow = replace(found.flows[0], warnings=(*issues, *kept))
    return replace(found, flows=[flow, *found.flows[1:]])


def _named(path: str, *, root: str = "") -> str:
    """The path of a flow that is named by its file or folder alone."""
    match = FLOW_FOLDER.fullmatch(path)
    place = without_suffix(path) if match is None else match["folder"] or root or "flow"
    return next((place.removesuffix(end) for end in FOLDER_ENDS if place.endswith(end)), place)


def _read_script(tree: Tree, path: str) -> Imported:
    match = SCRIPT_FILE.fullmatch(path)
    base = match["path"] if match else path
    data = read_text(tree.read(path), name=path)
    if not isinstance(data, dict):
        raise NotAFlow("It describes no script.")
    content = data.get("content")
    beside = list(_beside(tree, base))
    if isinstance(content, str) and not content.startswith("!inline "):
        code = content
    elif len(beside) == 1:
        code = _text(tree, beside[0])
    else:
        reason = "there is no file with its code" if not beside else "several files may hold its code"
        raise NotAFlow(f"The script is not taken: {reason}.")
    if not isinstance(data.get("language"), str) and beside:
        data = {**data, "language": language_of(beside[0].removeprefix(f"{base}."))}
    return Imported(scripts=[windmill.load_script(data, path=flow_path(base), content=code, source=path)])


def _beside(tree: Tree, base: str) -> Iterator[str]:
    """Files that are called like a script and do not describe it."""
    for path in tree.paths[bisect_left(tree.paths, f"{base}.") :]:
        if not path.startswith(f"{base}."):
            return
        if not SCRIPT_FILE.fullmatch(path) and not path.endswith(".lock"):
            yield path


def _text(tree: Tree, path: str) -> str:
    try:
        return tree.read(path).decode()
    except UnicodeDecodeError as error:
        raise NotAFlow(f"The file {path} is not UTF-8 text.") from error


def _bundled_scripts(value: Json, *, source: str) -> Iterator[ImportedScript]:
    """The scripts of a workspace in one file."""
    workspace = value.get("workspace") if isinstance(value, dict) else None
    scripts = workspace.get("scripts") if isinstance(workspace, dict) else None
    for item in scripts if isinstance(scripts, list) else ():
        if (
            isinstance(item, dict)
            and isinstance(path := item.get("path"), str)
            and isinstance(code := item.get("content"), str)
        ):
            yield windmill.load_script(item, path=flow_path(path), content=code, source=source)


def _imported(file: FlowFile, *, path: str, source: str) -> ImportedFlow:
    document, warnings = _current(file.document)
    return ImportedFlow(
        path=flow_path(file.path or path),
        summary=file.name,
        description=file.description,
        icon=file.icon,
        color=file.color,
        document=document,
        triggers=file.triggers,
        has_triggers=True,
        warnings=(*unresolved_inline(document), *warnings),
        source=source,
    )


def _current(document: JsonObject) -> tuple[JsonObject, Sequence[Issue]]:
    """The document as it is, unless only an older spelling makes it no flow."""
    if _is_flow(document):
        return document, ()
    upgraded = upgrade(document)
    if isinstance(upgraded.document, dict) and _is_flow(upgraded.document):
        return upgraded.document, upgraded.warnings
    return document, ()


def _is_flow(document: JsonObject) -> bool:
    try:
        parse(document)
    except DocumentInvalid:
        return False
    return True
