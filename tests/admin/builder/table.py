"""Every call of the builder: its method, its address, what it sends, and which roles it is open to."""

from typing import Any

from tests.admin.conftest import ROLES

__all__ = ["ADDRESSES", "CALLS"]

EDITORS = {"author", "tester", "publisher"}
ON_FLOW = set(ROLES) - {"nobody"}
ON_RUN = set(ROLES) - {"nobody", "remover"}
WITH_VALUES = {"auditor", "tester"}

FLOW = "/admin/openflow/flow/{flow}/builder"
SITE = "/admin/openflow/flow/builder"
RUN = SITE + "/runs/{run}"

DOCUMENT: dict[str, Any] = {"summary": "", "value": {"modules": [{"id": "a", "value": {"type": "identity"}}]}}
OPTIONS = {"model": "shop.order", "actions": ["created"]}
TRIGGER = {"id": "{trigger}", "base": "{trigger_base}"}

CALLS: dict[str, tuple[str, str, Any, set[str], int]] = {
    # name: (method, address, body, roles, status of success)
    "catalog": ("GET", f"{SITE}/catalog/", None, ON_FLOW | ON_RUN, 200),
    "models": ("GET", f"{SITE}/models/", None, ON_FLOW | ON_RUN, 200),
    "convert": (
        "POST",
        f"{SITE}/convert/",
        {"text": '[{"id":"a","value":{"type":"identity"}}]'},
        ON_FLOW,
        200,
    ),
    "draft": ("PUT", f"{FLOW}/draft/", {"document": DOCUMENT, "base": "{base}"}, EDITORS, 200),
    "validate": ("POST", f"{FLOW}/validate/", {"document": DOCUMENT}, EDITORS, 200),
    "publish": ("POST", f"{FLOW}/publish/", {"base": "{base}", "note": ""}, {"publisher"}, 200),
    "versions": ("GET", f"{FLOW}/versions/", None, ON_FLOW, 200),
    "version": ("GET", f"{FLOW}/versions/1/", None, ON_FLOW, 200),
    "evaluate": (
        "POST",
        f"{FLOW}/evaluate/",
        {"document": DOCUMENT, "step_id": "a", "kind": "expression", "text": "1 + 1"},
        EDITORS,
        200,
    ),
    "scope": ("POST", f"{FLOW}/scope/", {"document": DOCUMENT, "step_id": "a"}, ON_FLOW, 200),
    "scope of the draft": ("GET", f"{FLOW}/scope/?step=total", None, ON_FLOW, 200),
    "value": ("GET", f"{FLOW}/value/?run={{run}}&step=total", None, WITH_VALUES, 200),
    "test": ("POST", f"{FLOW}/test/", {"document": DOCUMENT, "mode": "flow", "input": {}}, {"tester"}, 201),
    "pins": ("GET", f"{FLOW}/pins/", None, EDITORS, 200),
    "pin": ("PUT", f"{FLOW}/pins/", {"step_id": "total", "value": 1}, EDITORS, 204),
    "triggers": ("GET", f"{FLOW}/triggers/", None, ON_FLOW, 200),
    "new trigger": ("POST", f"{FLOW}/triggers/", {"type": "model_event", "config": OPTIONS}, EDITORS, 201),
    "changed trigger": ("PATCH", f"{FLOW}/triggers/", {**TRIGGER, "enabled": False}, EDITORS, 200),
    "deleted trigger": ("DELETE", f"{FLOW}/triggers/", TRIGGER, EDITORS, 204),
    "run_state": ("GET", f"{RUN}/state/", None, ON_RUN, 200),
    "run_step": ("GET", f"{RUN}/steps/total/", None, WITH_VALUES, 200),
    "run_iterations": ("GET", f"{RUN}/steps/lines/iterations/", None, ON_RUN, 200),
    "run_cancel": ("POST", f"{RUN}/cancel/", {"reason": "enough"}, {"operator"}, 200),
    "run_restart": ("POST", f"{RUN}/restart/", {"from_step": "lines"}, {"operator"}, 201),
}

ADDRESSES = {name for name in CALLS if " " not in name} - {"pin"}
"""Names of the addresses; the other calls go to one of them."""
