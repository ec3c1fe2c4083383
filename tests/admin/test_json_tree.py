"""A JSON value as a tree that folds without JavaScript."""

from html.parser import HTMLParser
from typing import Any

from openflow_django.admin import json_tree
from openflow_django.admin.json_tree import MAX_NODES, MAX_TEXT, brief, render_tree


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    return reader


def test_objects_and_lists_fold_and_scalars_are_shown() -> None:
    html = render_tree({"order": {"id": 7, "lines": [1, 2]}, "note": None, "paid": True, "name": "Kim"})
    reader = read(html)
    assert reader.tags.count("details") == 2
    for text in ("order", "2 keys", "7", "2 items", "null", "true", '"Kim"'):
        assert text in reader.text
    assert html.count("<details open>") == 0
    assert render_tree({"a": {"b": {"c": 1}}}, open_levels=1).count("<details open>") == 1


def test_nothing_in_a_value_becomes_markup() -> None:
    bad = "</span><script>alert(1)</script>"
    reader = read(render_tree({bad: bad, "list": [bad, {bad: [bad]}]}))
    assert set(reader.tags) <= {"ul", "li", "span", "details", "summary"}
    assert reader.text.count("alert(1)") == 5


def test_scalars_and_empty_containers_need_no_tree() -> None:
    assert [read(render_tree(value)).text for value in (1, "a", None, {}, [])] == [
        "1",
        '"a"',
        "null",
        "{}",
        "[]",
    ]


def test_a_tree_stops_growing() -> None:
    reader = read(render_tree(list(range(MAX_NODES + 5))))
    assert reader.tags.count("li") == MAX_NODES + 1
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    assert read(render_tree(deep)).tags.count("details") == json_tree.MAX_DEPTH - 1


def test_a_long_text_is_cut() -> None:
    assert len(read(render_tree({"text": "x" * 100_000})).text) < MAX_TEXT + 100


def test_a_value_in_a_few_words() -> None:
    assert [brief(value) for value in ({"a": 1}, [1, 2], {}, "text", None)] == [
        "1 key",
        "2 items",
        "{}",
        '"text"',
        "null",
    ]
    assert len(brief("x" * 1000)) < 70
