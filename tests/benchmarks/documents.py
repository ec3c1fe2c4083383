"""Flows to measure."""

from typing import Any

__all__ = ["effects", "flow", "identities", "javascript", "loop", "paths", "pauses", "thousand"]

Document = dict[str, Any]


def flow(*modules: Any) -> Document:
    return {"summary": "Measured", "value": {"modules": list(modules)}}


def identities(count: int) -> Document:
    """Steps without any work: what is left is the engine."""
    return flow(*({"id": f"s{number}", "value": {"type": "identity"}} for number in range(count)))


def paths(count: int) -> Document:
    """Each step reads a member of the result before it."""
    return flow(*(_transform(number, _before(number)) for number in range(count)))


def javascript(count: int) -> Document:
    """Each step computes with the result before it, in the sandbox."""
    return flow(*(_transform(number, f"({_before(number)} ?? 0) + 1") for number in range(count)))


def effects(count: int) -> Document:
    """Steps that count as effects: each is written down before the next begins."""
    return flow(*(_script(f"s{number}", "op/bench_effect") for number in range(count)))


def loop() -> Document:
    """A loop over the list ``items`` of the input, whose body reads a path."""
    body = [_script("body", "op/transform", json={"type": "javascript", "expr": "flow_input.iter.value"})]
    return flow(_loop("loop", body, iterator={"type": "javascript", "expr": "flow_input.items"}))


def pauses(items: int) -> Document:
    """A parallel loop over items that take 5 ms each."""
    iterator = {"type": "static", "value": list(range(items))}
    return flow(_loop("loop", [_script("pause", "op/bench_pause")], iterator=iterator, parallel=True))


def thousand() -> Document:
    """1,000 steps of all sorts, a branch and a loop in every ten."""
    return flow(*(module for group in range(100) for module in _ten(group)))


def _ten(group: int) -> list[Document]:
    first = f"results.s{group * 10}"
    leaves = [_transform(group * 10 + number, f"{first}.total * {number}") for number in range(3)]
    text = {"type": "template", "value": f"{{{{ s{group * 10}.total }}}} items"}
    script = {
        "type": "rawscript",
        "language": "bun",
        "content": "export function main(total: number) { return total * 2 }",
        "input_transforms": {"total": {"type": "javascript", "expr": f"{first}.total"}},
    }
    one = {"type": "static", "value": 1}
    choice = {
        "type": "branchone",
        "branches": [{"expr": f"{first} > 1", "modules": [_script(f"x{group}", "op/transform", json=one)]}],
        "default": [_script(f"y{group}", "op/transform", json=one)],
    }
    body = [
        _script(f"i{group}", "op/transform", json={"type": "javascript", "expr": "flow_input.iter.value"})
    ]
    return [
        *leaves,
        _script(f"t{group}", "op/log", message=text),
        {"id": f"r{group}", "value": script},
        {"id": f"b{group}", "value": choice},
        _loop(f"l{group}", body, iterator={"type": "static", "value": [1, 2, 3]}),
    ]


def _loop(step_id: str, body: list[Document], *, iterator: Document, parallel: bool = False) -> Document:
    value = {
        "type": "forloopflow",
        "iterator": iterator,
        "modules": body,
        "parallel": parallel,
        "skip_failures": False,
    }
    return {"id": step_id, "value": value}


def _before(number: int) -> str:
    return f"results.s{number - 1}" if number else "flow_input.n"


def _transform(number: int, expression: str) -> Document:
    return _script(f"s{number}", "op/transform", json={"type": "javascript", "expr": expression})


def _script(step_id: str, path: str, **transforms: Any) -> Document:
    return {"id": step_id, "value": {"type": "script", "path": path, "input_transforms": transforms}}
