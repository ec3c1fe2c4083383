"""Retry: how long to wait before the next attempt, and when to give up (OpenFlow semantics section 5)."""

from typing import Final

from openflow_django.spec.document import Retry

__all__ = ["MAX_ATTEMPTS", "MAX_DELAY_S", "jitter_percent", "next_delay"]

MAX_DELAY_S: Final = 6 * 3600.0
"""The longest wait before one retry, in seconds."""

MAX_ATTEMPTS: Final = 1000
"""No step is retried more often than this, whatever its document says."""


def next_delay(retry: Retry, retries: int) -> float | None:
    """Seconds to wait after ``retries`` retries have already been made; None when there is none left.

    First the constant phase, then the exponential one: ``multiplier * seconds ** (retries + 1)``, the
    exponent counted
    over both phases. Jitter comes on top: see :func:`jitter_percent`.
    """
    if retries >= MAX_ATTEMPTS:
        return None
    constant = retry.constant.attempts if retry.constant else 0
    if retry.constant and retries < constant:
        return _capped(float(retry.constant.seconds))
    if retry.exponential and retries - constant < retry.exponential.attempts:
        return _capped(_power(retry.exponential.seconds, retries + 1, retry.exponential.multiplier))
    return None


def jitter_percent(retry: Retry, retries: int) -> float:
    """The largest jitter of that wait, in percent of it: only the exponential phase has one."""
    constant = retry.constant.attempts if retry.constant else 0
    if retry.exponential is None or retries < constant:
        return 0.0
    return min(100.0, max(0.0, float(retry.exponential.random_factor or 0)))


def _power(seconds: float, exponent: int, multiplier: float) -> float:
    try:
        return multiplier * float(seconds) ** exponent
    except OverflowError:
        return MAX_DELAY_S


def _capped(seconds: float) -> float:
    return max(0.0, min(seconds, MAX_DELAY_S))
