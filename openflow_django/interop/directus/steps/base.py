"""What an operation of Directus is made a step with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from openflow_django.interop.directus.graph import Operation
from openflow_django.interop.directus.report import Report
from openflow_django.interop.directus.tags import has_tags, renamed
from openflow_django.registry import Registry
from openflow_django.spec.issues import quoted
from openflow_django.spec.json import Json, JsonInvalid, JsonObject, loads
from openflow_django.spec.limits import Limits

__all__ = ["MakeStep", "Making", "Site", "inputs", "makes_step", "script", "step_makers", "transform"]

REFERENCES = ("$var:", "$res:")
LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What an import is told of the site: paths of flows by their ids in Directus, models by the names of
    collections."""

    flows: Mapping[str, str] = field(default_factory=dict[str, str])
    collections: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True, kw_only=True)
class Making:
    """One operation on its way to become the step ``step_id``. Options are handed out once; what nobody asked
    for is told at the end."""

    operation: Operation
    step_id: str
    names: Mapping[str, str]
    site: Site
    report: Report
    fresh: Callable[[str], str]
    taken: set[str] = field(default_factory=set[str])

    def option(self, name: str) -> Json:
        """An option, its tags under the names that steps have here."""
        self.taken.add(name)
        return renamed(self.operation.options.get(name), self.names)

    def plain(self, name: str) -> Json:
        """As :meth:`option`, None where the option is only known when the step runs; that is told."""
        value = self.option(name)
        if not has_tags(value):
            return value
        self.warn("computed_option", f"{quoted(name)} is computed by a template, which can not be kept.")
        return None

    def object(self, name: str) -> JsonObject:
        """An option that is an object or JSON text; {} where it is neither, which is told."""
        value = self.option(name)
        if isinstance(value, str) and value.strip():
            try:
                value = loads(
                    value, max_bytes=LIMITS.max_bytes, max_depth=LIMITS.max_json_depth, max_keys=100_000
                )
            except JsonInvalid:
                self.warn(
                    "computed_option",
                    f"{quoted(name)} is no object before its tags are filled in, so it can not be kept.",
                    hint="Write its parts as options of their own.",
                )
        return value if isinstance(value, dict) else {}

    def warn(self, code: str, message: str, *, hint: str = "") -> None:
        """Tell something about this operation."""
        named = f"{self.operation.title}: {message}"
        self.report.warn(code, named, step=self.step_id, hint=hint)

    def tell_rest(self) -> None:
        """Tell of options that nothing was made of."""
        options = self.operation.options
        rest = [
            name for name in options if name not in self.taken and options[name] not in (None, "", [], {})
        ]
        if rest:
            self.warn("option_dropped", f"nothing corresponds to {', '.join(map(quoted, rest))}.")


MakeStep: TypeAlias = Callable[[Making], JsonObject]
"""Gives the keys of a module besides id, summary and error branch; ``value`` among them."""

step_makers: Registry[MakeStep] = Registry("step of a Directus operation")
"""By the type of the operation."""


def makes_step(type: str) -> Callable[[MakeStep], MakeStep]:
    """Register the decorated function for a type of operation."""

    def register(make: MakeStep) -> MakeStep:
        step_makers.register(type, make)
        return make

    return register


def transform(value: Json) -> JsonObject:
    """The input transform that gives ``value``, its tags filled in."""
    return {"type": "template" if has_tags(value) else "static", "value": value}


def inputs(**options: Json) -> JsonObject:
    """Input transforms, without those for null."""
    return {name: transform(value) for name, value in options.items() if value is not None}


def script(type: str, input_transforms: JsonObject) -> JsonObject:
    """The value of a module that runs one of our operations."""
    return {"type": "script", "path": f"op/{type}", "input_transforms": input_transforms}
