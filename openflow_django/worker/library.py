"""What a run may call by path, from the database. Versions never change, so parsed ones are kept in the
process."""

from functools import lru_cache

from django.db import router

from openflow_django.exceptions import OpenFlowError
from openflow_django.models import Flow, FlowStatus, FlowVersion, ScriptVersion
from openflow_django.spec.document import Flow as Document
from openflow_django.spec.json import Json
from openflow_django.spec.parse import parse
from openflow_django.worker.steps import StoredScript

__all__ = ["Library", "NotInLibrary", "version_document"]


SHORTEST_HASH = 16
"""Characters of a hash that name a version of a script: as many as hashes of Windmill have."""


class NotInLibrary(OpenFlowError):
    """Nothing that may run is stored under that path."""

    code = "not_found"


class Library:
    """Ports FlowLibrary and ScriptLibrary. A flow's reference is the id of its version."""

    def latest(self, path: str) -> Json:
        flows = Flow.objects.using(router.db_for_write(Flow))
        found = (
            flows.filter(path=path, status=FlowStatus.ACTIVE)
            .exclude(published_version=None)
            .values_list("published_version_id", "published_version__digest")
            .first()
        )
        if found is None:
            raise NotInLibrary(f"there is no active, published flow at {path!r}")
        return list(found)

    def load(self, reference: Json) -> Document:
        match reference:
            case [int(version_id), str(digest)]:
                return version_document(version_id, digest)
            case _:
                raise NotInLibrary(f"{reference!r} names no version of a flow")

    def script(self, path: str, *, version: str | None) -> StoredScript:
        """``version`` is the hash of a version, or at least its first 16 characters."""
        versions = ScriptVersion.objects.using(router.db_for_write(ScriptVersion)).filter(script__path=path)
        if version is not None:
            if len(version) < SHORTEST_HASH:
                raise NotInLibrary(f"{version!r} is too short for the hash of a script")
            versions = versions.filter(digest__startswith=version.lower())
        found = versions.order_by("-number").values("language", "content", "timeout_s", "cache_ttl").first()
        if found is None:
            told = f"there is no script at {path!r}"
            raise NotInLibrary(told if version is None else f"{told} with the hash {version!r}")
        return StoredScript(**found)


@lru_cache(maxsize=256)
def version_document(version_id: int, digest: str) -> Document:
    """The parsed document of a version. The digest is part of the key: an id says nothing across
    databases."""
    versions = FlowVersion.objects.using(router.db_for_write(FlowVersion))
    document = versions.filter(pk=version_id, digest=digest).values_list("document", flat=True).first()
    if document is None:
        raise NotInLibrary("the version this run is pinned to was deleted")
    return parse(document)
