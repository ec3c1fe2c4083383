"""OpenFlow documents in few words: every function gives a part of one.

Wherever an input or an iterator is expected, text is an expression; anything else stands for itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

__all__ = [
    "Part",
    "branch",
    "branch_all",
    "branch_one",
    "call",
    "constant",
    "exponential",
    "fail",
    "flow",
    "give",
    "identity",
    "js",
    "loop",
    "python",
    "script",
    "static",
    "step",
    "stop",
    "stored",
    "while_loop",
]

Part: TypeAlias = dict[str, Any]


def flow(*modules: Part, **settings: Any) -> Part:
    """A whole document; ``settings`` are keys of its value."""
    return {"summary": "case", "value": {"modules": list(modules), **settings}}


def step(id: str, value: Mapping[str, Any], **settings: Any) -> Part:
    """Any module; ``settings`` are its keys beside the value."""
    return {"id": id, "value": dict(value), **settings}


def js(expr: str) -> Part:
    return {"type": "javascript", "expr": expr}


def static(value: Any) -> Part:
    return {"type": "static", "value": value}


def transform(item: Any) -> Part:
    if isinstance(item, str):
        return js(item)
    return item if isinstance(item, dict) and "type" in item else static(item)


def transforms(inputs: Mapping[str, Any] | None) -> Part:
    return {name: transform(item) for name, item in (inputs or {}).items()}


def raw(content: str, inputs: Mapping[str, Any] | None = None, *, language: str = "deno") -> Part:
    return {
        "type": "rawscript",
        "language": language,
        "content": content,
        "input_transforms": transforms(inputs),
    }


def script(id: str, body: str, inputs: Mapping[str, Any] | None = None, **settings: Any) -> Part:
    """A script whose ``main`` has the inputs as its parameters."""
    parameters = ", ".join(f"{name}: any" for name in inputs or {})
    return step(id, raw(f"export function main({parameters}) {{ {body} }}", inputs), **settings)


def python(id: str, content: str, inputs: Mapping[str, Any] | None = None, **settings: Any) -> Part:
    return step(id, raw(content, inputs, language="python3"), **settings)


def give(id: str, value: Any, **settings: Any) -> Part:
    """A script whose result is one input: the value of an expression, or a fixed value."""
    return script(id, "return x;", {"x": value}, **settings)


def fail(id: str, message: str = "bad", *, when: str = "true", **settings: Any) -> Part:
    """A script that throws when the expression holds; else its result is ``id``."""
    body = f"if (when) throw new Error({message!r}); return {id!r};"
    return script(id, body, {"when": when}, **settings)


def identity(id: str, **settings: Any) -> Part:
    return step(id, {"type": "identity"}, **settings)


def stored(id: str, path: str, inputs: Mapping[str, Any] | None = None, **settings: Any) -> Part:
    """A script by its path."""
    value = {"type": "script", "path": path, "input_transforms": transforms(inputs)}
    return step(id, value, **settings)


def call(id: str, path: str, inputs: Mapping[str, Any] | None = None, **settings: Any) -> Part:
    """A flow by its path."""
    return step(id, {"type": "flow", "path": path, "input_transforms": transforms(inputs)}, **settings)


def loop(
    id: str,
    iterator: Any,
    *modules: Part,
    skip_failures: bool = False,
    parallel: bool = False,
    parallelism: Any = None,
    **settings: Any,
) -> Part:
    value = {
        "type": "forloopflow",
        "iterator": transform(iterator),
        "modules": list(modules),
        "skip_failures": skip_failures,
        "parallel": parallel,
    }
    if parallelism is not None:
        value["parallelism"] = parallelism
    return step(id, value, **settings)


def while_loop(id: str, *modules: Part, skip_failures: bool = False, **settings: Any) -> Part:
    value = {"type": "whileloopflow", "modules": list(modules), "skip_failures": skip_failures}
    return step(id, value, **settings)


def branch(*modules: Part, **keys: Any) -> Part:
    """One branch: ``expr`` for a branchone, ``skip_failure`` for a branchall."""
    return {"summary": "", "modules": list(modules), **keys}


def branch_one(id: str, *branches: Part, default: Sequence[Part] = (), **settings: Any) -> Part:
    value = {"type": "branchone", "branches": list(branches), "default": list(default)}
    return step(id, value, **settings)


def branch_all(id: str, *branches: Part, parallel: bool | None = None, **settings: Any) -> Part:
    """``parallel`` None leaves the key out."""
    value: Part = {"type": "branchall", "branches": list(branches)}
    if parallel is not None:
        value["parallel"] = parallel
    return step(id, value, **settings)


def stop(expr: str, *, skip: bool = False, **keys: Any) -> Part:
    return {"expr": expr, "skip_if_stopped": skip, **keys}


def constant(attempts: int, seconds: float = 0, **keys: Any) -> Part:
    return {"constant": {"attempts": attempts, "seconds": seconds}, **keys}


def exponential(attempts: int, seconds: float, **keys: Any) -> Part:
    return {"exponential": {"attempts": attempts, "seconds": seconds, **keys}}
