"""Stored scripts: created, changed by new versions, deleted. A new version is live at once."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.conf import settings
from openflow_django.models import Script, ScriptVersion
from openflow_django.operations.base import PATH_PREFIX
from openflow_django.permissions import User
from openflow_django.sandbox.limits import ScriptLimits
from openflow_django.sandbox.signatures import main_schema
from openflow_django.services import audit
from openflow_django.services.cleaning import clean, taken
from openflow_django.services.database import home
from openflow_django.services.errors import FieldsInvalid, ScriptConflict
from openflow_django.signals import script_changed
from openflow_django.spec.issues import nearest
from openflow_django.spec.json import digest as digest_of
from openflow_django.spec.json import normalise
from openflow_django.spec.languages import LANGUAGES

__all__ = ["create_script", "delete_script", "save_version", "update_script"]


def create_script(
    *,
    path: str,
    language: str,
    content: str,
    user: User | None,
    summary: str = "",
    description: str = "",
    timeout_s: float | None = None,
    cache_ttl: int | None = None,
    note: str = "",
) -> Script:
    """A new script with its first version.

    Raises:
        NotPermitted: the user may not add scripts, or not write Python.
        FieldsInvalid: the path is taken or none, the language is not known, the content is too long.
    """
    if user is not None:
        allowed = permissions.can_manage(user, "add", Script) and permissions.can_author(user, language)
        permissions.require(allowed, _("create this script"))
    script = Script(path=path, summary=summary, description=description, created_by=audit.person(user))
    version = _version(
        language=language, content=content, timeout_s=timeout_s, cache_ttl=cache_ttl, note=note
    )
    with taken("path", message=_("Another script has this path.")), transaction.atomic(using=home()):
        _clean(script)
        script.save(using=home(), force_insert=True)
        _add(script, version, number=1, user=user)
        audit.log(script, user=user, message=_("Created."), flag=audit.ADDITION)
        script_changed.send(Script, script=script, change="created", user=user)
    return script


def save_version(
    script: Script,
    *,
    language: str,
    content: str,
    user: User | None,
    timeout_s: float | None = None,
    cache_ttl: int | None = None,
    note: str = "",
    seen: int | None = None,
) -> ScriptVersion:
    """Make this what steps run from now on, unless they pin another version.

    What is the latest version already is returned as it is. ``seen`` is the number of the version that the
    author started from, None to save over any.

    Raises:
        NotPermitted: the user may not change the script, or not write Python.
        FieldsInvalid: the language is not known, or the content is too long.
        ScriptConflict: somebody saved another version meanwhile.
    """
    if user is not None:
        allowed = permissions.can_manage(user, "change", script) and permissions.can_author(user, language)
        permissions.require(allowed, _("change this script"))
    version = _version(
        language=language, content=content, timeout_s=timeout_s, cache_ttl=cache_ttl, note=note
    )
    with transaction.atomic(using=home()):
        Script.objects.using(home()).select_for_update().get(pk=script.pk)
        latest = script.versions.using(home()).order_by("-number").first()
        if latest is not None and latest.digest == version.digest:
            return latest
        if latest is not None and seen is not None and seen != latest.number:
            raise ScriptConflict(latest)
        last = script.versions.using(home()).aggregate(number=Max("number"))["number"] or 0
        with taken("content", message=_("Somebody else saved a version at the same moment.")):
            _add(script, version, number=last + 1, user=user)
        script.save(using=home(), update_fields=["updated_at"])
        audit.log(script, user=user, message=_("Saved version %(number)d.") % {"number": version.number})
        script_changed.send(Script, script=script, change="version", user=user)
    return version


def update_script(
    script: Script,
    *,
    user: User | None,
    path: str | None = None,
    summary: str | None = None,
    description: str | None = None,
) -> Script:
    """Change how a script is called and described; what is None stays. Steps call it by its path.

    Raises:
        NotPermitted: the user may not change the script.
        FieldsInvalid: the path is taken or none.
    """
    if user is not None:
        permissions.require(permissions.can_manage(user, "change", script), _("change this script"))
    given = {"path": path, "summary": summary, "description": description}
    changes = [name for name, value in given.items() if value is not None and value != getattr(script, name)]
    if not changes:
        return script
    changed = Script.objects.using(home()).get(pk=script.pk)
    for name in changes:
        setattr(changed, name, given[name])
    with taken("path", message=_("Another script has this path.")), transaction.atomic(using=home()):
        _clean(changed)
        changed.save(using=home(), update_fields=[*changes, "updated_at"])
        audit.log(changed, user=user, message=_("Changed %(fields)s.") % {"fields": ", ".join(changes)})
        script_changed.send(Script, script=changed, change="updated", user=user)
    script.refresh_from_db(using=home())
    return script


def delete_script(script: Script, *, user: User | None) -> None:
    """Delete a script with its versions. Steps that call it will fail.

    Raises:
        NotPermitted: the user may not delete the script.
    """
    if user is not None:
        permissions.require(permissions.can_manage(user, "delete", script), _("delete this script"))
    with transaction.atomic(using=home()):
        audit.log(script, user=user, message=_("Deleted."), flag=audit.DELETION)
        script_changed.send(Script, script=script, change="deleted", user=user)
        script.delete(using=home())


def _version(
    *, language: Any, content: Any, timeout_s: float | None, cache_ttl: int | None, note: str
) -> ScriptVersion:
    """An unsaved version with what follows from its content: schema and hash."""
    if language not in LANGUAGES:
        message = _("%(language)s is not a language of scripts. %(hint)s")
        hint = nearest(str(language), LANGUAGES) or ""
        raise FieldsInvalid({"language": [(message % {"language": language, "hint": hint}).strip()]})
    limits = replace(ScriptLimits(), **dict(settings.SCRIPT_LIMITS))
    text = str(content).replace("\r\n", "\n")
    if not text.strip():
        raise FieldsInvalid({"content": [_("Write the text of the script.")]})
    if text != normalise(text, max_bytes=6 * len(text) + 2, max_depth=1):
        raise FieldsInvalid({"content": [_("The text holds characters that cannot be stored.")]})
    if len(text.encode("utf-8", "replace")) > limits.source_bytes:
        most = _("The script is longer than %(most)d bytes.") % {"most": limits.source_bytes}
        raise FieldsInvalid({"content": [most]})
    runs = {"language": language, "content": text, "timeout_s": timeout_s, "cache_ttl": cache_ttl}
    return ScriptVersion(**runs, schema=main_schema(language, text), digest=digest_of(runs), note=note)


def _add(script: Script, version: ScriptVersion, *, number: int, user: User | None) -> None:
    version.script, version.number, version.created_by = script, number, audit.person(user)
    clean(version, exclude=("script", "schema", "created_by"))
    version.save(using=home(), force_insert=True)


def _clean(script: Script) -> None:
    clean(script, exclude=("created_by",))
    if script.path.startswith(PATH_PREFIX):
        raise FieldsInvalid({"path": [_("Paths that start with op/ belong to operations.")]})
