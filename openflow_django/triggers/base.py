"""What a trigger type is: how its options look, what is wrong with given ones, and how they read as a
sentence.

A type is one module that registers one :class:`TriggerType`. What makes it fire (a signal, a URL, a clock,
a button) lives beside it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from openflow_django.operations.options import Schema, plain, problems, validator
from openflow_django.registry import Registry
from openflow_django.spec.issues import Issue
from openflow_django.spec.json import Json, JsonObject

__all__ = ["Options", "TriggerType", "trigger_types"]

Text: TypeAlias = str | Promise
Options: TypeAlias = Mapping[str, Json]


def _no_more(_options: Options) -> Iterable[Issue]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TriggerType:
    """A kind of trigger.

    ``options_schema`` is JSON Schema 2020-12, written as for an operation. ``check`` finds what a schema
    cannot, ``describe`` tells when the trigger fires, starting with "when" or "every"; both are given only
    options that fit the schema.
    """

    key: str
    label: Text
    description: Text = ""
    icon: str = "bolt"
    options_schema: Schema
    describe: Callable[[Options], str]
    check: Callable[[Options], Iterable[Issue]] = _no_more

    def schema(self) -> JsonObject:
        """The options schema as JSON, in the active language."""
        return plain(self.options_schema)

    def validate(self, options: Options) -> list[Issue]:
        """Everything wrong with the options; ``path`` is a JSON pointer into them. Warnings do not keep a
        trigger from firing.
        """
        broken = self._broken(options)
        return broken or list(self.check(options))

    def sentence(self, options: Options) -> str:
        """When the trigger fires, for people: "when an order is updated and status changes from open to
        paid".
        """
        if self._broken(options):
            return _("never: the settings of this trigger are not complete")
        return self.describe(options)

    def _broken(self, options: Options) -> list[Issue]:
        return [
            Issue(problem.path, code="invalid_option", message=problem.message)
            for problem in problems(options, judge=_judge(self))
        ]


trigger_types: Registry[TriggerType] = Registry("trigger type")
"""All trigger types by key."""


@lru_cache(maxsize=256)
def _judge(trigger_type: TriggerType) -> Draft202012Validator:
    return validator(trigger_type.options_schema)
