"""Two texts compared line by line."""

from hypothesis import given
from hypothesis import strategies as st

from openflow_django.admin.text_diff import CONTEXT, MAX_LINES, diff_lines


def test_equal_texts_have_no_lines() -> None:
    assert diff_lines("a\nb", "a\nb") == []


def test_a_change_shows_both_sides_with_their_numbers() -> None:
    lines = diff_lines("a\nold\nc", "a\nnew\nc")
    assert [(line.kind, line.text, line.old_number, line.new_number) for line in lines] == [
        ("same", "a", 1, 1),
        ("removed", "old", 2, None),
        ("added", "new", None, 2),
        ("same", "c", 3, 3),
    ]


def test_far_away_lines_are_counted_not_shown() -> None:
    before = [f"line {number}" for number in range(100)]
    after = [*before[:50], "changed", *before[51:]]
    lines = diff_lines("\n".join(before), "\n".join(after))
    assert [line.hidden for line in lines if line.kind == "skip"] == [50 - CONTEXT, 49 - CONTEXT]
    assert len(lines) == 2 * CONTEXT + 2 + 2


def test_very_long_texts_are_shown_whole() -> None:
    long = "\n".join(map(str, range(MAX_LINES + 1)))
    lines = diff_lines(long, "short")
    assert {line.kind for line in lines} == {"removed", "added"}
    assert len(lines) == MAX_LINES + 2


@given(st.lists(st.sampled_from("abc"), max_size=30), st.lists(st.sampled_from("abc"), max_size=30))
def test_each_side_can_be_read_back(left: list[str], right: list[str]) -> None:
    lines = diff_lines("\n".join(left), "\n".join(right))
    if "skip" in {line.kind for line in lines} or not lines:
        return
    assert [line.text for line in lines if line.kind != "added"] == "\n".join(left).splitlines()
    assert [line.text for line in lines if line.kind != "removed"] == "\n".join(right).splitlines()
