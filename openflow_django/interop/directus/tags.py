"""Templates and rules under the names that steps have here."""

from collections.abc import Mapping

from openflow_django.expressions.errors import TemplateError
from openflow_django.expressions.rules.functions import function_of
from openflow_django.expressions.templates import Tag, compile_template, parse_path
from openflow_django.spec.json import Json

__all__ = ["has_tags", "renamed", "renamed_path", "renamed_rule", "roots"]

OPEN = "{{"


def has_tags(value: Json) -> bool:
    """Whether rendering changes ``value``, or refuses it."""
    if isinstance(value, str):
        return OPEN in value
    if isinstance(value, list | dict):
        return any(has_tags(item) for item in (value if isinstance(value, list) else value.values()))
    return False


def roots(value: Json) -> set[str]:
    """The first names of the paths of all tags that can be read."""
    if isinstance(value, str):
        return {tag.path[0] for tag in _tags(value)}
    if isinstance(value, list | dict):
        items = value if isinstance(value, list) else value.values()
        return set[str]().union(*(roots(item) for item in items))
    return set()


def renamed(value: Json, names: Mapping[str, str]) -> Json:
    """``value`` with the first name of each tag replaced where ``names`` has another one for it.

    Tags that can not be read stay as they are: they fail when they are rendered, as they did.
    """
    if isinstance(value, str):
        return _renamed_text(value, names) if OPEN in value else value
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    if isinstance(value, dict):
        return {key: renamed(item, names) for key, item in value.items()}
    return value


def renamed_rule(rule: Json, names: Mapping[str, str]) -> Json:
    """A condition rule with the first step of each place replaced, besides the tags in its operands."""
    if isinstance(rule, list):
        return [renamed_rule(part, names) for part in rule]
    if not isinstance(rule, dict):
        return rule
    return {
        _renamed_key(key, names): renamed_rule(part, names) if key in ("_and", "_or") else part
        for key, part in rule.items()
    }


def renamed_path(path: str, names: Mapping[str, str]) -> str:
    """A bare path, such as the one of a return value."""
    try:
        steps = parse_path(path)
    except TemplateError:
        return path
    if not steps or steps[0] not in names:
        return path
    return names[steps[0]] + _after_root(path.strip(), steps[0])


def _renamed_key(key: str, names: Mapping[str, str]) -> str:
    call = function_of(key)
    if call is None:
        return names.get(key, key)
    name, field = call
    return f"{name}({names.get(field, field)})"


def _renamed_text(text: str, names: Mapping[str, str]) -> str:
    if not any(tag.path[0] in names for tag in _tags(text)):
        return text
    template = compile_template(text)
    # Blanks in the path of a lone tag make text of its value, and stay when the name that had them goes.
    is_text = template.texts == ("", "") and not template.exact
    pieces = [template.texts[0]]
    for tag, following in zip(template.tags, template.texts[1:], strict=True):
        pieces.append(f"{{{{ {_renamed_tag(tag, names, root='[ {!r} ]' if is_text else '{}')} }}}}")
        pieces.append(following)
    return "".join(pieces)


def _renamed_tag(tag: Tag, names: Mapping[str, str], *, root: str) -> str:
    first = tag.path[0]
    return root.format(names[first]) + _after_root(tag.text, first) if first in names else tag.text


def _after_root(path: str, root: str) -> str:
    """What follows the first step, which stands there plainly or in brackets."""
    return path.partition("]")[2] if path.startswith("[") else path[len(root) :]


def _tags(text: str) -> tuple[Tag, ...]:
    try:
        return compile_template(text).tags if OPEN in text else ()
    except TemplateError:
        return ()
