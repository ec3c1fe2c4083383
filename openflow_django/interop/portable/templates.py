"""``{{ }}`` templates as JavaScript that gives the same values (Directus semantics section 4)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from openflow_django.expressions.errors import TemplateError
from openflow_django.expressions.templates import MAX_TAG, Tag, compile_template, tags
from openflow_django.interop.portable.spots import Spot
from openflow_django.interop.portable.texts import js_literal, js_text
from openflow_django.spec.json import Json
from openflow_django.spec.transforms import InputTransform, JavaScript, Static, Template

__all__ = ["lowered_template"]

UNDEFINED: Final = "undefined"

#: Functions that a text needs, in the order in which they are declared.
HELPERS: Final = {
    "at": """const at = (value, ...keys) => {
  const owns = Object.prototype.hasOwnProperty;
  for (const key of keys) {
    value = value !== null && typeof value === "object" && owns.call(value, key) ? value[key] : undefined;
  }
  return value;
};""",
    "exact": 'const exact = (value) => (value === undefined ? "undefined" : value);',
    "text": """const text = (value) =>
  value !== null && typeof value === "object" ? JSON.stringify(value) : String(value);""",
}

#: Names that a template can start from, beside the ids of steps, and that are what they are here.
NAMES: Final = frozenset(
    {"approvers", "flow_env", "flow_input", "flow_job_id", "params", "resume", "resumes", "started_at"}
)

#: Names whose meaning depends on the place.
OTHER_NAMES: Final = frozenset({"error", "previous_result", "result", "results"})

LARGEST_EXACT: Final = 2**53


def lowered_template(template: Template, spot: Spot) -> InputTransform:
    """The transform that gives in plain OpenFlow what ``template`` gives at ``spot``.

    A template without tags is a static value. One that cannot be read fails, as it does here.
    """
    try:
        if not tags(template.value):
            return Static(template.value)
    except TemplateError as error:
        spot.warn("template", f"The template cannot be read and fails: {error.message}")
        return JavaScript(f"throw new Error({js_text(error.message)})")
    text = _Text(spot)
    body = text.value(template.value)
    declared = [code for name, code in HELPERS.items() if name in text.needed]
    if not declared:
        return JavaScript(body)
    return JavaScript("\n".join([*declared, f"return {body};"]))


@dataclass(slots=True)
class _Text:
    """Writes one expression and remembers what it needs."""

    spot: Spot
    needed: set[str] = field(default_factory=set[str])

    def value(self, value: Json) -> str:
        if isinstance(value, str):
            return self.string(value)
        if isinstance(value, list):
            return f"[{', '.join(self.value(item) for item in value)}]"
        if isinstance(value, dict):
            members = ", ".join(f"{_key(key)}: {self.value(item)}" for key, item in value.items())
            return f"({{{members}}})"
        if isinstance(value, int) and abs(value) > LARGEST_EXACT:
            self.spot.warn("number", f"JavaScript rounds the number {value}.")
        return js_literal(value)

    def string(self, text: str) -> str:
        if "{{" not in text:
            return js_text(text)
        template = compile_template(text)
        found = [self.tag(tag) for tag in template.tags]
        if template.exact:
            return self.exact(text, template.tags[0], found[0])
        return " + ".join(self.pieces(template.texts, found)) or js_text("")

    def exact(self, text: str, tag: Tag, found: str) -> str:
        if "{{" in tag.text or len(text) - 4 > MAX_TAG:
            self.spot.warn("template", f'The tag "{tag.text[:60]}" cannot be read and fails.')
            return f"(() => {{ throw new Error({js_text('A template cannot be read.')}) }})()"
        if found == UNDEFINED:
            return js_text(UNDEFINED)
        if len(tag.path) == 1 or (tag.path[0] == "results" and len(tag.path) == 2):
            return found
        self.needed.add("exact")
        return f"exact({found})"

    def pieces(self, texts: tuple[str, ...], found: list[str]) -> Iterator[str]:
        """The parts of a text, joined where they are known. The first is text, so that the whole is."""
        known = texts[0]
        for value, following in zip(found, texts[1:], strict=True):
            if value == UNDEFINED:
                known += UNDEFINED + following
                continue
            if known:
                yield js_text(known)
            self.needed.add("text")
            yield f"text({value})"
            known = following
        if known:
            yield js_text(known)

    def tag(self, tag: Tag) -> str:
        """The value at the path of a tag; undefined where there is nothing."""
        root, *keys = tag.path
        if root == "results":
            if not keys:
                return self.all_results()
            return self.member(self.step(keys[0], is_whole=len(keys) == 1), keys[1:])
        return self.member(self.root(root, keys), keys)

    def member(self, value: str | None, keys: list[str]) -> str:
        if value is None:
            return UNDEFINED
        if not keys:
            return value
        self.needed.add("at")
        return f"at({', '.join([value, *map(js_text, keys)])})"

    def root(self, name: str, keys: list[str]) -> str | None:
        """What a path starts from: a step, or a name of the scope."""
        spot = self.spot
        if name in spot.facts.modules and not name.startswith("$"):
            if name in NAMES | OTHER_NAMES and name not in spot.ran:
                spot.warn("not_run", f'"{name}" is both a step and a name; it is read as the step.')
            return self.step(name, is_whole=not keys)
        match name:
            case "$trigger":
                return spot.trigger(keys[0] if keys else None)
            case "$last":
                return spot.last_js()
            case "$accountability":
                return spot.accountability()
            case "$env":
                return spot.environment()
            case "previous_result" | "result":
                return spot.previous_js()
            case "error":
                return spot.error_js()
            case _:
                return name if name in NAMES else None

    def step(self, step_id: str, *, is_whole: bool) -> str | None:
        if step_id not in self.spot.facts.modules:
            return None
        return self.spot.step_js(step_id, is_whole=is_whole)

    def all_results(self) -> str:
        self.spot.warn(
            "all_results", "Only steps that have surely run are read where a template reads all results."
        )
        members = [
            f"{_key(step_id)}: {self.step(step_id, is_whole=False)}" for step_id in sorted(self.spot.ran)
        ]
        return f"({{{', '.join(members)}}})"


def _key(key: str) -> str:
    """A key of an object literal. In brackets, no key changes the prototype of the object."""
    return f"[{js_text(key)}]" if key == "__proto__" else js_text(key)
