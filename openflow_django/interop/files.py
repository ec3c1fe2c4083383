"""A flow with its triggers as files that people read and version control compares.

The content is ``{path, name, description, triggers: [{type, name, options}], document}``, as one JSON or YAML
file, or as a folder in which every script is a file of its own.
"""

import copy
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from openflow_django.exceptions import OpenFlowError
from openflow_django.interop import yaml
from openflow_django.interop.imported import FlowTrigger
from openflow_django.interop.inline import EXTENSIONS, PREFIX
from openflow_django.interop.names import RESERVED, file_path
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.raw_steps import raw_steps

__all__ = [
    "FOLDER_ENDS",
    "FORMATS",
    "FileFormat",
    "FlowFile",
    "FlowFileInvalid",
    "content_of",
    "is_flow_file",
    "parse_flow_file",
    "texts_of",
    "windmill_content",
]

FileFormat: TypeAlias = Literal["json", "yaml", "folder"]

FORMATS: Final = get_args(FileFormat)

FOLDER_ENDS: Final = ("__flow", ".flow")
"""How the name of a folder ends that holds one flow: the one written, and the older one."""

FLOW_FILE: Final = "flow.yaml"
NOT_PLAIN = re.compile(r"[^A-Za-z0-9_-]+", re.ASCII)


class FlowFileInvalid(OpenFlowError):
    """The content is not that of a flow file."""

    code = "flow_file_invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFile:
    """One flow outside of the database."""

    path: str
    name: str
    document: JsonObject
    description: str = ""
    icon: str = ""
    color: str = ""
    triggers: Sequence[FlowTrigger] = ()


def is_flow_file(data: Json) -> bool:
    """Whether ``data`` is meant as the content of a flow file."""
    return isinstance(data, dict) and "document" in data and "value" not in data


def parse_flow_file(data: Json) -> FlowFile:
    """The flow in the content of a file. The document is taken as it is.

    Raises FlowFileInvalid, naming the first thing that is wrong. Unknown keys are refused: what they mean
    would be lost.
    """
    content = _object(data, "A flow file")
    _refuse_unknown(
        content, {"path", "name", "description", "icon", "color", "triggers", "document"}, "a flow file"
    )
    triggers = content.get("triggers", [])
    if not isinstance(triggers, list):
        raise FlowFileInvalid('"triggers" is a list.')
    return FlowFile(
        path=_text(content, "path"),
        name=_text(content, "name"),
        description=_text(content, "description"),
        icon=_text(content, "icon"),
        color=_text(content, "color"),
        triggers=tuple(_trigger(item) for item in triggers),
        document=_object(content.get("document"), '"document"'),
    )


def content_of(file: FlowFile) -> JsonObject:
    """The content of the file of a flow. ``parse_flow_file(content_of(file)) == file``."""
    extras = {"icon": file.icon, "color": file.color}
    triggers: list[Json] = [
        {
            "type": trigger.type,
            "name": trigger.name,
            **({} if trigger.enabled else {"enabled": False}),
            "options": trigger.options,
        }
        for trigger in file.triggers
    ]
    return {
        "path": file.path,
        "name": file.name,
        "description": file.description,
        **{key: value for key, value in extras.items() if value},
        "triggers": triggers,
        "document": file.document,
    }


def windmill_content(file: FlowFile, document: JsonObject) -> JsonObject:
    """What Windmill exports: the document with the path of the flow; a flow without triggers."""
    return {"path": file.path, **document}


def texts_of(content: JsonObject, *, path: str, form: FileFormat) -> dict[str, str]:
    """The files for one flow: their texts by relative path, named after ``path``.

    ``content`` is what :func:`content_of` or :func:`windmill_content` gives. The same content gives the same
    texts, byte for byte.
    """
    place = file_path(path)
    is_own = "document" in content
    match form:
        case "json":
            text = json.dumps(content, ensure_ascii=False, indent=2)
            return {f"{place}.json" if is_own else f"{place}.flow.json": f"{text}\n"}
        case "yaml":
            return {f"{place}.yaml" if is_own else f"{place}.flow.yaml": yaml.dumps(content)}
        case "folder":
            folder = f"{place}{FOLDER_ENDS[0]}"
            if not is_own:
                # The command line of Windmill takes the path from where the folder lies.
                content = {key: item for key, item in content.items() if key != "path"}
            content, scripts = _with_scripts_apart(content)
            return {
                f"{folder}/{FLOW_FILE}": yaml.dumps(content),
                **{f"{folder}/{name}": text for name, text in scripts.items()},
            }


def _with_scripts_apart(content: JsonObject) -> tuple[JsonObject, Mapping[str, str]]:
    """A copy in which code is replaced by the names of files, and the files."""
    content = copy.deepcopy(content)
    document = content.get("document", content)
    value = document.get("value") if isinstance(document, dict) else None
    files: dict[str, str] = {}
    taken = {FLOW_FILE}
    for found in raw_steps(value) if isinstance(value, dict) else ():
        if found.kind != "rawscript":
            continue
        language = found.value.get("language")
        extension = EXTENSIONS.get(language, "txt") if isinstance(language, str) else "txt"
        for field, end in (("content", extension), ("lock", "lock")):
            text = found.value.get(field)
            if not isinstance(text, str) or not text:
                continue
            name = _free_name(str(found.step.get("id", "")), end, taken)
            taken.add(name.lower())
            files[name] = text
            found.value[field] = f"{PREFIX}{name}"
    return content, files


def _free_name(step_id: str, extension: str, taken: set[str]) -> str:
    """A file name after the step that no file of the folder has, whatever the case."""
    base = NOT_PLAIN.sub("_", step_id)[:100].strip("_") or "step"
    base = f"{base}_" if base.lower() in RESERVED else base
    name, number = f"{base}.{extension}", 1
    while name.lower() in taken:
        number += 1
        name = f"{base}_{number}.{extension}"
    return name


def _trigger(data: Json) -> FlowTrigger:
    content = _object(data, "A trigger")
    _refuse_unknown(content, {"type", "name", "options", "enabled"}, "a trigger")
    if not _text(content, "type"):
        raise FlowFileInvalid('A trigger needs a "type".')
    enabled = content.get("enabled", True)
    if not isinstance(enabled, bool):
        raise FlowFileInvalid('"enabled" of a trigger is true or false.')
    return FlowTrigger(
        type=_text(content, "type"),
        name=_text(content, "name"),
        options=_object(content.get("options", {}), '"options" of a trigger'),
        enabled=enabled,
    )


def _object(value: Json, what: str) -> JsonObject:
    if not isinstance(value, dict):
        raise FlowFileInvalid(f"{what} is an object.")
    return value


def _text(content: JsonObject, key: str) -> str:
    value = content.get(key, "")
    if not isinstance(value, str):
        raise FlowFileInvalid(f'"{key}" is text.')
    return value


def _refuse_unknown(content: JsonObject, known: set[str], what: str) -> None:
    for key in content:
        if key not in known:
            raise FlowFileInvalid(
                f'"{key[:100]}" means nothing in {what}.', hint=f"Known are {', '.join(sorted(known))}."
            )
