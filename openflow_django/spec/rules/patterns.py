"""Regular expressions in schemas: only those that cannot keep a process busy for long."""

import re

__all__ = ["MAX_PATTERN", "pattern_problem"]

#: Length of a pattern, in characters.
MAX_PATTERN = 500

#: A group may be repeated this often whatever is in it.
FEW = 8

COUNT = re.compile(r"\{(\d*)(,?)(\d*)\}")


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with ``pattern``, or None.

    Python's matcher backtracks. Its time explodes when something repeated can match the same text in several
    ways, so groups that vary in length or choose are not repeated often, nor may a pattern refer to groups.
    """
    if len(pattern) > MAX_PATTERN:
        return f"A pattern has at most {MAX_PATTERN} characters."
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError, MemoryError) as error:
        return f"Not a regular expression: {error}."
    if re.search(r"\\[1-9]|\(\?P=|\(\?\(", pattern):
        return "A pattern must not refer to its own groups."
    return repetition_problem(pattern)


def repetition_problem(pattern: str) -> str | None:
    # One entry per open group: whether what it holds so far can vary.
    varies = [False]
    index = 0
    while index < len(pattern):
        char = pattern[index]
        closes_varying = False
        if char == "\\":
            index += 1
        elif char == "[":
            index = end_of_class(pattern, index)
        elif char == "(":
            varies.append(False)
            index += opening_length(pattern, index) - 1
        elif char == ")":
            closes_varying = varies.pop()
            varies[-1] |= closes_varying
        elif char == "|":
            varies[-1] = True
        index += 1
        length, most = repetition(pattern, index)
        if length == 0:
            continue
        if closes_varying and most > FEW:
            return "A pattern must not repeat a group that repeats or chooses inside."
        varies[-1] = True
        index += length
        index += pattern[index : index + 1] in ("?", "+")
    return None


def opening_length(pattern: str, index: int) -> int:
    """Length of ``(``, ``(?:``, ``(?=`` and the like; their question mark repeats nothing."""
    return 2 if pattern[index + 1 : index + 2] == "?" else 1


def end_of_class(pattern: str, index: int) -> int:
    """Index of the bracket that closes the character class opened at ``index``."""
    index += 2 if pattern[index + 1 : index + 2] == "^" else 1
    if pattern[index : index + 1] == "]":
        index += 1
    while index < len(pattern) and pattern[index] != "]":
        index += 2 if pattern[index] == "\\" else 1
    return index


def repetition(pattern: str, index: int) -> tuple[int, float]:
    """Length of the quantifier at ``index`` (0: none) and how often it repeats at most."""
    char = pattern[index : index + 1]
    if char in ("*", "+"):
        return 1, float("inf")
    if char == "?":
        return 1, 1
    found = COUNT.match(pattern, index) if char == "{" else None
    if found is None or not any(found.groups()):
        return 0, 0
    if found[3]:
        return len(found[0]), int(found[3])
    return len(found[0]), float("inf") if found[2] else int(found[1])
