"""The operation ``touch``: one line in a file each time it runs; it waits while the file ``hold`` exists."""

import time
from pathlib import Path

from openflow_django.operations import OperationContext, operation


@operation(
    "touch",
    label="Touch",
    options_schema={
        "type": "object",
        "properties": {"folder": {"type": "string"}, "name": {"type": "string"}},
        "required": ["folder", "name"],
    },
)
def touch(options, context: OperationContext):
    folder = Path(options["folder"])
    with (folder / "effects").open("a") as effects:
        effects.write(f"{options['name']} {context.idempotency_key}\n")
    while (folder / f"hold-{options['name']}").exists():
        time.sleep(0.01)
    return options["name"]
