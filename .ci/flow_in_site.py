"""A flow created, published and started in the site, executed by its worker. Read by ``manage.py shell``."""

import time

from openflow_django.models import Run, RunKind
from openflow_django.services import flows, runs
from openflow_django.spec.json import digest

DOCUMENT = {
    "summary": "The number after a number",
    "value": {
        "modules": [
            {
                "id": "next",
                "value": {
                    "type": "script",
                    "path": "op/transform",
                    "input_transforms": {"json": {"type": "javascript", "expr": "[flow_input.n + 1]"}},
                },
            }
        ]
    },
}

flow = flows.create_flow(path="numbers/next", name="Next", document=DOCUMENT, user=None)
flows.publish(flow, digest=digest(flow.draft), user=None)
flows.activate(flow, user=None)
run = runs.start(flow=flow, input={"n": 1}, kind=RunKind.API)

deadline = time.monotonic() + 60
while not run.is_final and time.monotonic() < deadline:
    time.sleep(0.1)
    run = Run.objects.select_related("data").get(pk=run.pk)
if (run.status, run.data.result) != ("success", [2]):
    raise SystemExit(f"In the site the run is {run.status}: {run.data.error or run.data.result}.")
