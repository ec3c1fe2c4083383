"""Whatever an export holds: it is read into a valid document, or refused in words."""

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openflow_django.exceptions import OpenFlowError
from openflow_django.interop import directus
from openflow_django.interop.directus.steps import step_makers
from openflow_django.spec.issues import errors
from openflow_django.spec.validate import validate

WORDS = ["", "a", "b", "{{ a }}", "{{", "{}", "[1]", "1,2", "$last", "a..b"]
KEYS = [
    "a",
    "{{ a }}",
    "filter",
    "limit",
    "page",
    "fields",
    "_and",
    "header",
    "value",
    "field",
    "type",
    "meta",
    "id",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 700) | st.floats(-5, 5) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)
OPTIONS = [
    "filter",
    "code",
    "json",
    "message",
    "status",
    "operation",
    "payload",
    "token",
    "secret",
    "options",
    "milliseconds",
    "url",
    "method",
    "headers",
    "body",
    "to",
    "type",
    "template",
    "data",
    "fromName",
    "recipient",
    "collection",
    "permissions",
    "emitEvents",
    "key",
    "query",
    "flow",
    "iterationMode",
    "batchSize",
]
TYPES = [*(type for type, _ in step_makers.items()), "pigeon", None, 5]
OPERATIONS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(TYPES),
        "options": st.dictionaries(st.sampled_from(OPTIONS), JSON, max_size=5) | JSON,
        **dict.fromkeys(("id", "key", "name", "resolve", "reject", "flow", "position_x"), JSON),
    },
)
SETTINGS = [
    "type",
    "scope",
    "collections",
    "return",
    "cron",
    "fields",
    "location",
    "requireConfirmation",
    "async",
    "method",
]
FLOWS = st.fixed_dictionaries(
    {"trigger": st.sampled_from(["event", "webhook", "schedule", "operation", "manual", None, 5])},
    optional={
        "operations": st.lists(OPERATIONS, max_size=4) | JSON,
        "options": st.dictionaries(st.sampled_from(SETTINGS), JSON, max_size=5) | JSON,
        **dict.fromkeys(("id", "name", "operation", "accountability", "status", "icon", "description"), JSON),
    },
)
EXPORTS = FLOWS | st.fixed_dictionaries({"flow": FLOWS, "operations": st.lists(OPERATIONS, max_size=5)})


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(EXPORTS)
def test_anything(data):
    for flow in directus.load(data):
        assert errors(validate(flow.document)) == []
        with suppress(OpenFlowError):
            directus.dump(flow.document, flow.triggers)
