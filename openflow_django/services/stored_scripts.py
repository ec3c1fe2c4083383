"""Steps that run stored scripts, judged against what is stored: the pinned version, the language."""

from collections.abc import Collection, Iterator

from openflow_django.models import ScriptVersion
from openflow_django.operations.base import PATH_PREFIX
from openflow_django.services.database import home
from openflow_django.spec.document import Flow, Module, PathScript
from openflow_django.spec.issues import Issue
from openflow_django.spec.walk import Visit, walk
from openflow_django.worker.library import SHORTEST_HASH

__all__ = ["script_issues"]

Stored = list[tuple[str, str]]
"""Language and hash of the versions of one script, the newest first."""


def script_issues(flow: Flow, *, languages: Collection[str]) -> Iterator[Issue]:
    """An error for each step whose version is not there, or whose script is in a language that is off."""
    calls = [(visit, visit.module.value) for visit in walk(flow) if _runs_stored(visit.module)]
    stored = _stored({value.path for _, value in calls if isinstance(value, PathScript)})
    for visit, value in calls:
        if isinstance(value, PathScript) and value.path in stored:
            yield from _judged(visit, value, stored[value.path], languages)


def _runs_stored(module: Module) -> bool:
    value = module.value
    return isinstance(value, PathScript) and not value.path.startswith(PATH_PREFIX)


def _stored(paths: Collection[str]) -> dict[str, Stored]:
    if not paths:
        return {}
    versions = ScriptVersion.objects.using(home()).filter(script__path__in=paths).order_by("-number")
    found: dict[str, Stored] = {}
    for path, language, digest in versions.values_list("script__path", "language", "digest"):
        found.setdefault(path, []).append((language, digest))
    return found


def _judged(visit: Visit, value: PathScript, stored: Stored, languages: Collection[str]) -> Iterator[Issue]:
    pinned = value.hash
    matching = [
        language
        for language, digest in stored
        if pinned is None or (len(pinned) >= SHORTEST_HASH and digest.startswith(pinned.lower()))
    ]
    if not matching:
        yield Issue(
            f"{visit.pointer}/value/hash",
            code="unknown_script_version",
            message=f"The script {value.path} has no version with this hash.",
            hint="Take the hash from the page of the script, or remove it to run the latest version.",
            step_id=visit.module.id,
        )
    elif matching[0] not in languages:
        yield Issue(
            f"{visit.pointer}/value/path",
            code="language_unsupported",
            message=f"The script {value.path} is in {matching[0]}, which can not run here.",
            hint="Languages are turned on in OPENFLOW['SCRIPT_LANGUAGES'].",
            step_id=visit.module.id,
        )
