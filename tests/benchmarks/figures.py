"""A measured figure, and the table that shows it beside its floor and its target."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass

from tests.benchmarks.timing import Spread

__all__ = ["Figure", "Skipped", "Target", "at_least", "at_most", "write_head", "write_rows"]

UNITS = {"s": 1.0, "ms": 1e3, "us": 1e6}
WIDTHS = (58, 9, 9, 9, 9, 9, 9, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A limit of architecture section 7, in the unit of its figure."""

    limit: float
    least: bool = False

    def holds(self, value: float) -> bool:
        return value >= self.limit if self.least else value <= self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.least else '<='} {_number(self.limit)}"


def at_most(limit: float) -> Target:
    return Target(limit=limit)


def at_least(limit: float) -> Target:
    return Target(limit=limit, least=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """``floor``: the same work in plain Python. All numbers are in ``unit``.

    ``best`` is what a call took that no other program of the machine got in the way of, ``cpu`` what this
    process itself computed, without the disk and without other processes.
    """

    name: str
    unit: str
    median: float
    p95: float | None = None
    best: float | None = None
    cpu: float | None = None
    floor: float | None = None
    target: Target | None = None

    @classmethod
    def of(
        cls,
        name: str,
        spread: Spread,
        *,
        unit: str,
        per: int = 1,
        floor: Spread | None = None,
        floor_per: int = 1,
        target: Target | None = None,
    ) -> "Figure":
        """What one of ``per`` equal pieces of the work took, in the unit of time ``unit``."""
        scale = UNITS[unit] / per
        return cls(
            name=name,
            unit=unit,
            median=spread.median * scale,
            p95=spread.p95 * scale,
            best=spread.best * scale,
            cpu=None if spread.cpu is None else spread.cpu * scale,
            floor=None if floor is None else floor.median * UNITS[unit] / floor_per,
            target=target,
        )


@dataclass(frozen=True, slots=True)
class Skipped:
    """A figure that this machine cannot give, and why."""

    name: str
    reason: str


def write_head() -> None:
    _write("figure", "median", "p95", "best", "cpu", "x floor", "target", "")
    sys.stdout.write(f"{'-' * (sum(WIDTHS) + len(WIDTHS) - 1)}\n")


def write_rows(figures: Iterable[Figure | Skipped]) -> None:
    """One line for each, as soon as it is known."""
    for figure in figures:
        if isinstance(figure, Skipped):
            sys.stdout.write(f"{figure.name}: skipped, {figure.reason}\n")
        else:
            _write(
                f"{figure.name} [{figure.unit}]",
                _number(figure.median),
                *("" if value is None else _number(value) for value in (figure.p95, figure.best, figure.cpu)),
                f"{figure.median / figure.floor:.1f}" if figure.floor else "",
                "" if figure.target is None else str(figure.target),
                "" if figure.target is None else _mark(figure.target, figure.median),
            )
        sys.stdout.flush()


def _mark(target: Target, value: float) -> str:
    return "ok" if target.holds(value) else "OVER" if not target.least else "UNDER"


def _number(value: float) -> str:
    if value == int(value) and value < 1000:
        return str(int(value))
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.001 else f"{value:.1g}"


def _write(name: str, *cells: str) -> None:
    padded = (cell.rjust(width) for cell, width in zip(cells, WIDTHS[1:], strict=True))
    sys.stdout.write(f"{name.ljust(WIDTHS[0])} {' '.join(padded)}".rstrip() + "\n")
