"""Real time."""

import time
from datetime import datetime

from django.utils import timezone

from openflow_django.conf import settings

__all__ = ["SystemClock"]


class SystemClock:
    """Port :class:`~openflow_django.engine.ports.Clock`: short waits in place, long ones by parking the
    run."""

    def now(self) -> datetime:
        return timezone.now()

    def wait_until(self, due: datetime, *, alone: bool) -> bool:
        seconds = (due - timezone.now()).total_seconds()
        if not alone or seconds > settings.SLEEP_IN_PLACE_S:
            return False
        time.sleep(max(0.0, seconds))
        return True

    def monotonic_us(self) -> int:
        return time.perf_counter_ns() // 1000
