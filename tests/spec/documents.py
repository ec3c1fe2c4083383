"""Documents for the tests of this room: small ones by hand, arbitrary valid ones, real ones."""

import json
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "openflow"


def corpus() -> list[Path]:
    """Real documents, none where the folder is absent."""
    return sorted(path for path in CORPUS.glob("*") if path.suffix in (".json", ".yaml"))


def load(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


def script(step_id: str = "a", **keys: Any) -> dict[str, Any]:
    """A step that runs a script; keys of the step may be added."""
    return {"id": step_id, "value": {"type": "script", "path": "f/one"}, **keys}


def step(value: dict[str, Any], step_id: str = "a", **keys: Any) -> dict[str, Any]:
    return {"id": step_id, "value": value, **keys}


def flow(*modules: Any, **value: Any) -> dict[str, Any]:
    """A document with these steps; keys of its value may be added."""
    return {"summary": "", "value": {"modules": list(modules), **value}}


def javascript(expr: str) -> dict[str, Any]:
    return {"type": "javascript", "expr": expr}


def static(value: Any) -> dict[str, Any]:
    return {"type": "static", "value": value}


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)
numbers = st.integers(-(10**6), 10**6) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
flags = st.booleans() | st.none()
counts = st.integers(0, 900) | st.none()
maybe_texts = texts | st.none()


def objects(
    required: dict[str, st.SearchStrategy[Any]], optional: dict[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with these keys, and sometimes one that nobody knows."""
    unknown = {"x-unknown": json_values}
    return st.fixed_dictionaries(required, optional={**optional, **unknown})


transforms = st.one_of(
    objects({"type": st.just("static")}, {"value": json_values}),
    objects({"type": st.just("javascript"), "expr": texts}, {}),
    objects({"type": st.just("template"), "value": json_values}, {}),
    objects({"type": st.just("ai")}, {}),
)
inputs = st.dictionaries(texts, transforms, max_size=2) | st.none()
durations = transforms | st.integers(0, 10) | st.floats(0, 10) | st.none()
conditions = objects({"expr": texts}, {}) | st.none()
stops = (
    objects(
        {"expr": texts},
        {"skip_if_stopped": flags, "error_message": maybe_texts, "error_include_result": flags},
    )
    | st.none()
)
retries = (
    objects(
        {},
        {
            "constant": objects({}, {"attempts": counts, "seconds": counts}) | st.none(),
            "exponential": objects({}, {"attempts": counts, "multiplier": counts, "random_factor": counts}),
            "retry_if": conditions,
        },
    )
    | st.none()
)
suspensions = (
    objects(
        {},
        {
            "required_events": counts,
            "timeout": st.integers(0, 99) | transforms | st.none(),
            "resume_form": json_values,
            "user_auth_required": flags,
            "user_groups_required": transforms | st.none(),
        },
    )
    | st.none()
)
leaves = st.one_of(
    objects(
        {"type": st.just("rawscript"), "content": texts, "language": st.sampled_from(["bun", "go", "cobol"])},
        {"input_transforms": inputs, "lock": maybe_texts, "concurrent_limit": counts},
    ),
    objects({"type": st.just("script"), "path": texts}, {"input_transform": inputs, "hash": maybe_texts}),
    objects({"type": st.just("flow"), "path": texts}, {"input_transforms": inputs}),
    objects({"type": st.just("identity")}, {"flow": flags}),
)


def steps_of(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    optional = {
        "summary": maybe_texts,
        "stop_after_if": stops,
        "skip_if": conditions,
        "sleep": durations,
        "timeout": durations,
        "mock": objects({}, {"enabled": flags, "return_value": json_values}) | st.none(),
        "suspend": suspensions,
        "priority": st.integers(-5, 5) | st.none(),
        "continue_on_error": flags,
        "retry": retries,
    }
    return objects({"id": texts, "value": values}, optional)


def containers(steps: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Steps whose value or error branch holds some of the given steps."""
    lists = st.lists(steps, max_size=2)
    one_branches = objects({"expr": texts, "modules": lists}, {"summary": maybe_texts})
    all_branches = objects({"modules": lists}, {"skip_failure": flags, "parallel": flags})
    loop_keys = {"skip_failures": flags, "parallel": flags, "parallelism": durations, "squash": flags}
    external = objects({"id": texts, "value": objects({"tool_type": st.just("mcp")}, {})}, {})
    values = st.one_of(
        objects({"type": st.just("forloopflow"), "iterator": transforms, "modules": lists}, loop_keys),
        objects({"type": st.just("whileloopflow"), "modules": lists}, loop_keys),
        objects(
            {
                "type": st.just("branchone"),
                "branches": st.lists(one_branches, max_size=2),
                "default": lists,
            },
            {},
        ),
        objects(
            {"type": st.just("branchall"), "branches": st.lists(all_branches, max_size=2)},
            {"parallel": flags},
        ),
        objects(
            {"type": st.just("aiagent"), "tools": st.lists(steps | external, max_size=2)},
            {"input_transforms": inputs},
        ),
    )
    then = st.sampled_from(["stop", "continue", None])
    caught = st.builds(
        lambda base, branch: {**base, "error_branch": branch},
        steps,
        objects({"modules": lists}, {"then": then}) | st.none(),
    )
    return steps_of(values) | caught


steps = st.recursive(steps_of(leaves), containers, max_leaves=4)
valid_documents = objects(
    {
        "summary": texts,
        "value": objects(
            {"modules": st.lists(steps, max_size=3)},
            {
                "failure_module": steps | st.none(),
                "preprocessor_module": steps_of(leaves) | st.none(),
                "same_worker": flags,
                "skip_expr": maybe_texts,
                "debounce_args_to_accumulate": st.lists(texts, max_size=2) | st.none(),
                "flow_env": st.dictionaries(texts, json_values, max_size=2) | st.none(),
                "notes": json_values,
                "early_return": maybe_texts,
                "cache_ttl": counts,
            },
        ),
    },
    {"description": maybe_texts, "schema": json_values, "edited_by": texts},
)


@st.composite
def damaged_documents(draw: st.DrawFn) -> Any:
    """A valid document with one value somewhere replaced by any JSON."""
    document = json.loads(json.dumps(draw(valid_documents)))
    holder: Any = document
    key: Any = "value"
    for _ in range(draw(st.integers(0, 8))):
        inner = holder[key]
        if isinstance(inner, dict) and inner:
            holder, key = inner, draw(st.sampled_from(sorted(inner)))
        elif isinstance(inner, list) and inner:
            holder, key = inner, draw(st.integers(0, len(inner) - 1))
    holder[key] = draw(json_values | steps)
    return document
