"""Random flows that use our extensions everywhere, with ids in reading order."""

import json
import re
from typing import Any

from hypothesis import strategies as st

__all__ = ["documents", "inputs"]

ROOTS = [
    "$trigger",
    "$last",
    "flow_input",
    "previous_result",
    "result",
    "error",
    "s1",
    "s2",
    "s3",
    "s4",
    "results.s1",
]
RARE = ["nothing", "s1.x", "results.s9", "params", "flow_env", "$unknown"]
MEMBERS = [
    "",
    ".a",
    ".a.b",
    ".a[0]",
    ".list.length",
    ".error",
    ".message",
    ".name",
    ".iter.value",
    "['a']",
    ".0",
]

paths = st.builds("".join, st.tuples(st.sampled_from(ROOTS * 3 + RARE), st.sampled_from(MEMBERS)))
tags = paths.map("{{{{ {} }}}}".format)
texts = st.one_of(
    tags,
    tags,
    st.builds(
        "".join,
        st.lists(st.one_of(tags, st.sampled_from(["a", " ", "\"'`", "${x}", "\n\u2028", "; "])), max_size=4),
    ),
)
scalars = st.sampled_from([None, True, False, 0, 1.5, -2, 1e21, "text", ""])
values = st.recursive(
    st.one_of(texts, scalars),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["a", "b", "1", "{{ a }}", "__proto__"]), inner, max_size=2),
    ),
    max_leaves=4,
)
EXPRESSIONS = [
    "$last",
    "$trigger",
    "$trigger.a",
    "[$last, $trigger?.a, previous_result]",
    "({$last, b: $trigger['a'], $trigger: 1})",
    "let $x = $last; return [$x, 'literal $last']",
    "`${typeof $last}`",
    "((error) => error)(1)",
    "({error, result, previous_result})",
    "typeof error === 'object' ? error : null",
    "results.s1",
    "flow_input",
]
CONDITIONS = ["true", "false", "$last", "$trigger.a === 1", "previous_result", "!$last", "error?.message"]

transforms = st.one_of(
    values.map(lambda value: {"type": "template", "value": value}),
    values.map(lambda value: {"type": "template", "value": value}),
    st.sampled_from(EXPRESSIONS).map(lambda expr: {"type": "javascript", "expr": expr}),
    scalars.map(lambda value: {"type": "static", "value": value}),
)
conditions = st.sampled_from(CONDITIONS)
iterators = st.one_of(
    st.sampled_from([[1, 2], [], ["x"]]).map(lambda value: {"type": "static", "value": value}),
    st.lists(texts, max_size=2).map(lambda value: {"type": "template", "value": value}),
    st.just({"type": "template", "value": "{{ $trigger.list }}"}),
    st.just({"type": "javascript", "expr": "[$last]"}),
)
#: What a script gives never looks like a failure: by its result alone it could not be told from one.
EFFECTS = [
    "export function main(x) { return {x} }",
    "export function main(x, when) { if (when) throw new Error('bad ' + x); return {x} }",
]
TRUTHS = ["true", "true", "true", "Boolean($trigger.a)"]


@st.composite
def leaf(draw: st.DrawFn) -> Any:
    kind = draw(st.integers(0, 4))
    if kind == 0:
        return {"type": "identity"}
    when = {"type": "javascript", "expr": draw(st.sampled_from(TRUTHS))}
    code = EFFECTS[kind > 1]
    transforms_of = {"x": draw(transforms), **({"when": when} if kind > 1 else {})}
    return {"type": "rawscript", "language": "bun", "content": code, "input_transforms": transforms_of}


def secluded(modules: Any, *, parallel: bool) -> Any:
    """The steps of a parallel body, without looks at steps outside: there, a failed one shows the object
    around its error.
    """
    return (
        json.loads(re.sub(r"(results\.)?\bs\d\b", "flow_input", json.dumps(modules))) if parallel else modules
    )


@st.composite
def container(draw: st.DrawFn, depth: int) -> Any:
    match draw(st.sampled_from(["for", "one", "all"])):
        case "for":
            parallel = draw(st.booleans())
            return {
                "type": "forloopflow",
                "iterator": draw(iterators),
                "modules": secluded(draw(steps(depth)), parallel=parallel),
                "parallel": parallel,
                "skip_failures": draw(st.booleans()),
            }
        case "one":
            branch = {"expr": draw(conditions), "modules": draw(steps(depth))}
            return {"type": "branchone", "branches": [branch], "default": draw(steps(depth))}
        case _:
            parallel = draw(st.booleans())
            branches = [
                {
                    "modules": secluded(draw(steps(depth)), parallel=parallel),
                    "skip_failure": draw(st.booleans()),
                }
                for _ in range(draw(st.integers(0, 2)))
            ]
            return {"type": "branchall", "branches": branches, "parallel": parallel}


RETRY = {"constant": {"attempts": 1, "seconds": 0}, "retry_if": {"expr": "error.message"}}


@st.composite
def step(draw: st.DrawFn, depth: int) -> Any:
    is_leaf = depth == 0 or draw(st.integers(0, 2)) > 0
    made: dict[str, Any] = {"value": draw(leaf() if is_leaf else container(depth - 1))}
    match draw(st.integers(0, 12)):
        case 0:
            made["stop_after_if"] = {"expr": draw(conditions), "skip_if_stopped": draw(st.booleans())}
        case 1:
            made["skip_if"] = {"expr": draw(conditions)}
        case 2:
            made["retry"] = RETRY
        case 3:
            made["sleep"] = {"type": "static", "value": 2}
        case 4 if is_leaf and draw(st.booleans()):
            made["sleep"] = {
                "type": "template",
                "value": draw(st.sampled_from(["{{ $last.a }}", "{{ flow_input.a }}"])),
            }
    match draw(st.integers(0, 4)):
        case 0:
            made["continue_on_error"] = True
        case 1 | 2:
            then = draw(st.sampled_from([{"then": "stop"}, {"then": "continue"}, {}]))
            made["error_branch"] = {"modules": draw(steps(max(depth - 1, 0))), **then}
    return made


@st.composite
def steps(draw: st.DrawFn, depth: int) -> Any:
    return [draw(step(depth)) for _ in range(draw(st.integers(0 if depth < 2 else 1, 3)))]


def with_ids(modules: Any) -> Any:
    count = 0

    def name(node: Any) -> Any:
        nonlocal count
        if isinstance(node, list):
            return [name(item) for item in node]
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("value"), dict) and "type" in node["value"] and "type" not in node:
            count += 1
            return {"id": f"s{count}", **{key: name(item) for key, item in node.items()}}
        return {key: item if key == "input_transforms" else name(item) for key, item in node.items()}

    return name(modules)


@st.composite
def documents(draw: st.DrawFn) -> Any:
    value: dict[str, Any] = {"modules": with_ids(draw(steps(2)))}
    if draw(st.integers(0, 4)) == 0:
        value["failure_module"] = {"id": "failure", "value": draw(leaf())}
    return {"summary": "", "value": value}


inputs = st.fixed_dictionaries(
    {},
    optional={
        "a": st.sampled_from([None, 1, 0, "x", {"b": 2.5}, [True, None], {"b": {"1": 2, "2": 1}}]),
        "list": st.sampled_from([[], [1, "two"], [{"a": 1}, {"error": {"message": "m"}}]]),
    },
)
