"""What the flows of the benchmarks do, and a queue that wakes nobody."""

import time

from openflow_django.operations import OperationContext, operation
from openflow_django.queues import queues
from openflow_django.spec.json import Json, JsonObject


@operation("bench_pause", label="Pause for 5 ms", options_schema={"type": "object"}, effects=False)
def pause(options: JsonObject, context: OperationContext) -> Json:
    time.sleep(0.005)
    return None


@operation("bench_effect", label="Count as an effect", options_schema={"type": "object"})
def effect(options: JsonObject, context: OperationContext) -> Json:
    return None


class Silent:
    """Wakes nobody: whoever measures executes the runs."""

    transactional = True

    def enqueue(self, run_id: int, *, queue: str = "default", priority: int = 100) -> None:
        return None


queues.register("silent", Silent())
