"""Regular expressions of JavaScript, searched in time that a pattern cannot blow up.

A pattern becomes a machine that follows all its alternatives at once, so nothing ever backtracks: work is
bounded by states times characters, and by MAX_WORK. Syntax and meaning are those of JavaScript without flags.
Back references and look-behind need another kind of machine and are refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeAlias

from openflow_django.expressions.errors import RuleError
from openflow_django.expressions.rules.syntax import (
    WORD,
    Alternatives,
    Assertion,
    CharSet,
    LookAhead,
    Node,
    Repeat,
    Sequence,
    parse_pattern,
    utf16_units,
)

__all__ = ["MAX_PATTERN", "MAX_STATES", "MAX_SUBJECT", "MAX_WORK", "Pattern", "compile_pattern"]

MAX_PATTERN: Final = 1000
"""Longest pattern, in characters."""

MAX_SUBJECT: Final = 65_536
"""Longest text that is searched, in characters."""

MAX_STATES: Final = 3000
"""Most states of a pattern; repetitions such as ``{100}`` count as many times as they repeat."""

MAX_WORK: Final = 2_000_000
"""Most states that one search may visit."""

MAX_REMEMBERED: Final = 5000


@dataclass(frozen=True, slots=True)
class Step:
    """Read one character of ``chars`` and go on at ``then``."""

    chars: CharSet
    then: int


@dataclass(frozen=True, slots=True)
class Fork:
    """Go on at every one of ``then`` without reading."""

    then: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """Go on at ``then`` without reading, if the assertion holds here."""

    kind: str
    then: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """Go on at ``then`` without reading, if what follows matches ``machine``, or does not if ``negated``."""

    machine: "Machine"
    negated: bool
    then: int


@dataclass(frozen=True, slots=True)
class Done:
    """The pattern has matched."""


State: TypeAlias = Step | Fork | Guard | Ahead | Done
Reached: TypeAlias = tuple[bool, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Spot:
    """A position in a text, between ``char`` (empty at the end) and what stands before it.

    ``after_word`` tells whether that is a letter, digit or underscore; None at the start.
    """

    text: str
    position: int
    char: str
    after_word: bool | None

    def satisfies(self, assertion: str) -> bool:
        """Whether ``^``, ``$``, ``b`` or ``B`` holds here."""
        if assertion == "^":
            return self.position == 0
        if assertion == "$":
            return not self.char
        before_word = bool(self.char) and self.char in WORD
        return (bool(self.after_word) is not before_word) is (assertion == "b")


@dataclass(slots=True)
class Work:
    """How many states a search has visited."""

    done: int = 0

    def add(self, states: int) -> None:
        self.done += states
        if self.done > MAX_WORK:
            raise RuleError("The pattern takes too long on this text.", name="RangeError")


@dataclass(slots=True)
class Machine:
    """The states of a pattern. Where it does not look ahead, steps taken once are remembered."""

    states: list[State] = field(default_factory=list[State])
    start: int = 0
    looks_ahead: bool = False
    remembered: dict[tuple[frozenset[int], bool | None, str], Reached] = field(
        default_factory=dict[tuple[frozenset[int], bool | None, str], Reached]
    )

    def search(self, text: str, *, work: Work) -> bool:
        """Whether the pattern matches anywhere in ``text``."""
        return self._run(text, 0, frozenset({self.start}), work)

    def matches_at(self, text: str, at: int, *, work: Work) -> bool:
        """Whether the pattern matches a part of ``text`` that starts at ``at``."""
        return self._run(text, at, frozenset(), work)

    def _run(self, text: str, at: int, everywhere: frozenset[int], work: Work) -> bool:
        """Follow the machine from ``at``; ``everywhere`` are states that may also start further on."""
        current = frozenset({self.start})
        after_word = text[at - 1] in WORD if at else None
        for position in range(at, len(text) + 1):
            work.add(1)
            char = text[position : position + 1]
            key = (current, after_word, char)
            reached = self.remembered.get(key)
            if reached is None:
                reached = self._advance(current, Spot(text, position, char, after_word), everywhere, work)
                self._remember(key, reached)
            if reached[0]:
                return True
            current = reached[1]
            if not current:
                return False
            after_word = char in WORD if char else None
        return False

    def _advance(
        self, current: frozenset[int], spot: Spot, everywhere: frozenset[int], work: Work
    ) -> Reached:
        """Whether the pattern ends at ``spot``, and the states after the character there."""
        following = set(everywhere)
        seen = set(current)
        waiting = list(current)
        while waiting:
            state = self.states[waiting.pop()]
            if isinstance(state, Done):
                return True, frozenset()
            if isinstance(state, Step):
                if spot.char and spot.char in state.chars:
                    following.add(state.then)
                continue
            for then in self._open(state, spot, work):
                if then not in seen:
                    seen.add(then)
                    waiting.append(then)
        work.add(len(seen))
        return False, frozenset(following)

    def _open(self, state: Fork | Guard | Ahead, spot: Spot, work: Work) -> Iterable[int]:
        """Where a state that reads nothing leads to."""
        if isinstance(state, Fork):
            return state.then
        if isinstance(state, Ahead):
            passes = state.machine.matches_at(spot.text, spot.position, work=work) is not state.negated
        else:
            passes = spot.satisfies(state.kind)
        return (state.then,) if passes else ()

    def _remember(self, key: tuple[frozenset[int], bool | None, str], reached: Reached) -> None:
        if self.looks_ahead:
            return
        if len(self.remembered) >= MAX_REMEMBERED:
            self.remembered.clear()
        self.remembered[key] = reached


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern."""

    text: str
    machine: Machine

    def search(self, subject: str) -> bool:
        """Whether the pattern matches anywhere in ``subject``.

        Raises RuleError for a subject of more than MAX_SUBJECT characters, or one that takes more than
        MAX_WORK.
        """
        if len(subject) > MAX_SUBJECT:
            message = (
                f"The text has {len(subject)} characters; patterns are searched in at most {MAX_SUBJECT}."
            )
            raise RuleError(message, name="RangeError")
        return self.machine.search(utf16_units(subject), work=Work())


@lru_cache(maxsize=512)
def compile_pattern(text: str) -> Pattern:
    """Read a pattern. Raises RuleError for one that is malformed, too large, or of a kind that is refused."""
    if len(text) > MAX_PATTERN:
        raise RuleError(
            f"The pattern has {len(text)} characters, {MAX_PATTERN} are allowed.", name="RangeError"
        )
    return Pattern(text, _build(parse_pattern(utf16_units(text))))


def _build(node: Node) -> Machine:
    machine = Machine([Done()])
    machine.start = _add(machine, node, 0)
    return machine


def _add(machine: Machine, node: Node, then: int) -> int:
    """Add the states of ``node`` in front of the state ``then``; the state they start at."""
    if isinstance(node, CharSet):
        return _append(machine, Step(node, then))
    if isinstance(node, Assertion):
        return _append(machine, Guard(node.kind, then))
    if isinstance(node, LookAhead):
        machine.looks_ahead = True
        return _append(machine, Ahead(_build(node.node), node.negated, then))
    if isinstance(node, Sequence):
        for part in reversed(node.parts):
            then = _add(machine, part, then)
        return then
    if isinstance(node, Alternatives):
        return _append(machine, Fork(tuple(_add(machine, part, then) for part in node.parts)))
    return _add_repeat(machine, node, then)


def _add_repeat(machine: Machine, node: Repeat, then: int) -> int:
    if node.most is None:
        loop = _append(machine, Fork((then,)))
        machine.states[loop] = Fork((_add(machine, node.node, loop), then))
        start = loop
    else:
        start = then
        for _ in range(node.most - node.least):
            start = _append(machine, Fork((_add(machine, node.node, start), then)))
    for _ in range(node.least):
        start = _add(machine, node.node, start)
    return start


def _append(machine: Machine, state: State) -> int:
    if len(machine.states) >= MAX_STATES:
        raise RuleError(f"The pattern has more than {MAX_STATES} states.", name="RangeError")
    machine.states.append(state)
    return len(machine.states) - 1
