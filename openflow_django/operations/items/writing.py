"""Writing objects: one transaction, rows locked in the order of their keys, the model's own validation."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, cast

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.db import DataError, IntegrityError, router, transaction
from django.db.models import Manager, Model, ProtectedError, QuerySet, RestrictedError
from django.utils.translation import gettext as _

from openflow_django.conf import settings
from openflow_django.emission import suppressed
from openflow_django.json_values import to_json
from openflow_django.operations.base import OperationError
from openflow_django.operations.items.access import Access, ModelClass, Verb, writable
from openflow_django.operations.items.filters import comparing
from openflow_django.operations.items.selection import MAX_OBJECTS, Selection, require_found
from openflow_django.operations.items.values import to_field
from openflow_django.spec.json import Json, JsonInvalid, JsonObject, loads

__all__ = ["locked", "objects_of", "payloads", "write", "writing"]

MAX_KEYS = 100_000

Problems = dict[str, list[ValidationError]]


def payloads(value: Json) -> tuple[list[JsonObject], bool]:
    """The objects a payload holds and whether it is a list. Text is read as JSON; an empty payload holds
    none.

    Raises :class:`OperationError`, code ``item_payload_invalid``.
    """
    if isinstance(value, str):
        value = _parsed(value) if value.strip() else None
    several = isinstance(value, list)
    found = value if isinstance(value, list) else [value] if value else []
    if len(found) > MAX_OBJECTS or not all(isinstance(member, dict) for member in found):
        raise OperationError(
            f"The payload is an object or a list of at most {MAX_OBJECTS} objects",
            code="item_payload_invalid",
            name="PayloadInvalid",
        )
    return cast(list[JsonObject], found), several


@contextmanager
def writing(model: ModelClass, *, emit_events: bool) -> Iterator[None]:
    """A transaction around everything inside; with ``emit_events`` False its writes start no flows.

    Raises :class:`OperationError` for what the database refuses: ``item_protected`` where other objects need
    one that was to be deleted, ``item_conflict`` for a broken constraint, ``item_invalid`` for a value no
    column can hold.
    """
    try:
        with (
            nullcontext() if emit_events else suppressed(),
            transaction.atomic(using=router.db_for_write(model)),
        ):
            yield
    except (ProtectedError, RestrictedError) as error:
        raise _protected(error) from error
    except IntegrityError as error:
        message = f"The database refuses to change {model._meta.label_lower}: a constraint would be broken"
        raise OperationError(message, code="item_conflict", name="Conflict") from error
    except (DataError, UnicodeEncodeError) as error:
        message = f"The database cannot store a value of {model._meta.label_lower}"
        raise OperationError(message, code="item_invalid", name="ItemInvalid") from error


def objects_of(model: ModelClass) -> "QuerySet[Any]":
    """The objects of the model where it is written."""
    manager = cast("Manager[Any]", model._default_manager)
    return manager.using(router.db_for_write(model)).order_by("pk")


def locked(selection: Selection, *, verb: Verb, access: Access) -> list[Any]:
    """The selected objects, locked against other writers where the database can, for an actor who may do this
    with them.

    Raises :class:`OperationError`: ``item_not_found`` for keys that are not there, ``item_too_many``,
    ``item_forbidden``.
    """
    model = selection.model
    objects = objects_of(model)
    # Two steps, because a lock on a query with outer joins is refused by PostgreSQL.
    with comparing():
        keys = list(selection.of(objects).values_list("pk", flat=True)[: MAX_OBJECTS + 1])
    if len(keys) > MAX_OBJECTS:
        message = f"The filter selects more than {MAX_OBJECTS} objects"
        raise OperationError(message, code="item_too_many", name="TooMany")
    found = {obj.pk: obj for obj in objects.select_for_update().filter(pk__in=keys)}
    require_found(selection.missing(set(found)), verb=verb, model=model, access=access)
    if selection.keys is None:
        still = set(selection.of(objects).filter(pk__in=keys).values_list("pk", flat=True))
        chosen = [obj for key, obj in found.items() if key in still]
    else:
        chosen = [found[key] for key in selection.keys]
    access.require(verb, model, objects=chosen)
    return chosen


def write(obj: Model, payload: JsonObject, *, creating: bool, index: int | None = None) -> None:
    """Assign, validate and save one object.

    Raises :class:`OperationError`, code ``item_invalid``; its result lists every problem as ``{field, code,
    message}``, with the index of the object where there are several. ``field`` is null for a problem of the
    object as a whole.
    """
    problems: Problems = {}
    columns: dict[str, Any] = {}
    relations: dict[str, list[Any]] = {}
    for name, value in payload.items():
        field: Any = writable(type(obj), name)
        try:
            if field is None:
                raise ValidationError(
                    _("There is no such field, or it cannot be written."), code="unknown_field"
                )
            if field.many_to_many:
                relations[field.name] = _related_keys(field, value, using=obj._state.db or _alias(obj))
            else:
                columns[field.name] = value
                _assign(obj, field, value, creating=creating)
        except ValidationError as error:
            problems.setdefault(name, []).append(error)
    _validate(obj, columns=columns, creating=creating, problems=problems)
    if problems:
        raise _invalid(obj, problems=problems, index=index)
    obj.save(force_insert=creating, using=_alias(obj))
    for name, keys in relations.items():
        getattr(obj, name).set(keys)


def _assign(obj: Model, field: Any, value: Json, *, creating: bool) -> None:
    converted = to_field(field, value)
    if field.primary_key and not creating and converted != getattr(obj, field.attname):
        # Saving under another key would leave the object as it is and make a second one.
        raise ValidationError(_("The key of an object cannot be changed."), code="key_changed")
    setattr(obj, field.attname, converted)


def _validate(obj: Any, *, columns: dict[str, Any], creating: bool, problems: Problems) -> None:
    """What ``full_clean`` does, except that columns nobody touches are not judged: old rows may break newer
    rules.
    """
    if creating and hasattr(obj, "set_unusable_password") and not obj.password:
        obj.set_unusable_password()
    untouched = set() if creating else {field.name for field in obj._meta.concrete_fields} - set(columns)
    already = set(problems)
    for check in (
        lambda: obj.clean_fields(exclude=untouched | already),
        obj.clean,
        lambda: obj.validate_unique(exclude=already),
        lambda: obj.validate_constraints(exclude=already),
    ):
        try:
            check()
        except ValidationError as error:
            found = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
            for name, errors in found.items():
                problems.setdefault(name, []).extend(errors)
                already.add(name)
        except ObjectDoesNotExist:
            # A rule of the model looked at a relation that is one of the problems.
            if not problems:
                raise


def _related_keys(field: Any, value: Json, *, using: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValidationError(_("Enter a list of keys."), code="invalid_list")
    target = field.related_model
    keys = [to_field(target._meta.pk, key) for key in value]
    known = set(target._default_manager.using(using).filter(pk__in=keys).values_list("pk", flat=True))
    if missing := [str(key) for key in keys if key not in known]:
        raise ValidationError(
            _("There is no object with the key %(keys)s."),
            code="invalid_pk_value",
            params={"keys": ", ".join(missing)},
        )
    return keys


def _alias(obj: Model) -> str:
    return router.db_for_write(type(obj), instance=obj)


def _parsed(text: str) -> Json:
    try:
        return loads(
            text, max_bytes=settings.MAX_PAYLOAD_BYTES, max_depth=settings.MAX_JSON_DEPTH, max_keys=MAX_KEYS
        )
    except JsonInvalid as error:
        raise OperationError(
            f"The payload is text that is not JSON: {error.message}",
            code="item_payload_invalid",
            name="PayloadInvalid",
        ) from error


def _invalid(obj: Model, *, problems: Problems, index: int | None) -> OperationError:
    listed: list[Json] = []
    for name, errors in problems.items():
        for error in errors:
            for message in error.messages:
                problem: JsonObject = {
                    "field": None if name == NON_FIELD_ERRORS else name,
                    "code": getattr(error, "code", None) or "invalid",
                    "message": message,
                }
                listed.append(problem if index is None else {"index": index, **problem})
    told = "; ".join(
        f"{problem['field'] or 'object'}: {problem['message']}" for problem in cast(list[Any], listed)
    )
    return OperationError(
        f"{obj._meta.label_lower} is not valid: {told}",
        code="item_invalid",
        name="ItemInvalid",
        result=listed,
    )


def _protected(error: Any) -> OperationError:
    needing = getattr(error, "protected_objects", None) or getattr(error, "restricted_objects", ())
    listed: list[Json] = [
        {"model": other._meta.label_lower, "key": to_json(other.pk)} for other in list(needing)[:100]
    ]
    return OperationError(
        "Other objects need what was to be deleted", code="item_protected", name="Protected", result=listed
    )
