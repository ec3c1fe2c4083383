"""JSON from strangers: bounded before it is built, cleaned before it is stored, one text for one value."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.spec.json import JsonInvalid, canonical, check_bounds, digest, loads, normalise
from tests.spec.documents import json_values

WIDE: dict[str, int] = {"max_bytes": 10**6, "max_depth": 100, "max_keys": 1000}


class TestCanonical:
    def test_keys_sorted_no_spaces_characters_as_they_are(self) -> None:
        assert canonical({"b": [1, 2.5, None], "a": "ü"}) == '{"a":"ü","b":[1,2.5,null]}'

    def test_the_digest_is_sha_256_of_it(self) -> None:
        assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
        assert len(digest("\ud800")) == 64

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), {"a": object()}, {1: 2, "a": 3}])
    def test_what_is_no_json_is_refused(self, value: Any) -> None:
        with pytest.raises(JsonInvalid):
            canonical(value)

    def test_a_value_nested_without_end_is_refused(self) -> None:
        endless: list[Any] = []
        endless.append(endless)
        with pytest.raises(JsonInvalid):
            canonical(endless)


class TestLoads:
    @given(json_values)
    def test_it_reads_what_json_writes(self, value: Any) -> None:
        assert canonical(loads(json.dumps(value), **WIDE)) == canonical(value)
        assert canonical(loads(json.dumps(value).encode(), **WIDE)) == canonical(value)

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("NaN", "json_number"),
            ("-Infinity", "json_number"),
            ("[1e999]", "json_number"),
            ("-1e999", "json_number"),
            ("1" * 4301, "json_number"),
            ("{", "json_syntax"),
            ("", "json_syntax"),
            ('"open', "json_syntax"),
            ("'x'", "json_syntax"),
            (b"\xff", "json_syntax"),
            (b"\xef\xbb\xbf1", "json_syntax"),
        ],
    )
    def test_what_is_no_json_is_refused(self, text: str | bytes, code: str) -> None:
        with pytest.raises(JsonInvalid) as caught:
            loads(text, **WIDE)
        assert caught.value.code == code

    def test_the_longest_integer(self) -> None:
        assert loads("9" * 4300, **WIDE) == 10**4300 - 1

    def test_edges_of_size(self) -> None:
        assert loads('"üü"', max_bytes=6, max_depth=0, max_keys=0) == "üü"
        for text in ('"üü"', '"üü"'.encode()):
            with pytest.raises(JsonInvalid) as caught:
                loads(text, max_bytes=5, max_depth=0, max_keys=0)
            assert caught.value.code == "json_too_large"

    def test_edges_of_depth(self) -> None:
        assert loads("[[[]]]", max_bytes=99, max_depth=3, max_keys=0) == [[[]]]
        with pytest.raises(JsonInvalid) as caught:
            loads("[[[]]]", max_bytes=99, max_depth=2, max_keys=0)
        assert caught.value.code == "json_too_deep"

    def test_edges_of_keys(self) -> None:
        text = '{"a": {"b:": "x:y"}}'
        assert loads(text, max_bytes=99, max_depth=9, max_keys=2) == {"a": {"b:": "x:y"}}
        with pytest.raises(JsonInvalid) as caught:
            loads(text, max_bytes=99, max_depth=9, max_keys=1)
        assert caught.value.code == "json_too_many_keys"

    def test_brackets_in_strings_do_not_nest(self) -> None:
        text = json.dumps(["[" * 500 + '\\"' + "{" * 500])
        assert loads(text, max_bytes=9999, max_depth=1, max_keys=0) == json.loads(text)

    @pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, '"' + '\\"' * 500_000])
    def test_hostile_text_is_refused_at_once(self, text: str) -> None:
        with pytest.raises(JsonInvalid):
            loads(text, **WIDE)


class TestBounds:
    @given(json_values)
    def test_the_size_is_that_of_compact_json(self, value: Any) -> None:
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        assert check_bounds(value, max_bytes=10**6, max_depth=99) == len(text.encode())

    @given(json_values)
    def test_the_limit_of_size_is_inclusive(self, value: Any) -> None:
        size = check_bounds(value, max_bytes=10**6, max_depth=99)
        assert check_bounds(value, max_bytes=size, max_depth=99) == size
        with pytest.raises(JsonInvalid) as caught:
            check_bounds(value, max_bytes=size - 1, max_depth=99)
        assert caught.value.code == "json_too_large"

    def test_the_limit_of_depth_is_inclusive(self) -> None:
        value = [{"a": [1]}]
        check_bounds(value, max_bytes=99, max_depth=3)
        with pytest.raises(JsonInvalid):
            check_bounds(value, max_bytes=99, max_depth=2)

    @pytest.mark.parametrize(
        ("value", "code", "path"),
        [
            ({"a": [1, float("nan")]}, "json_number", "/a/1"),
            ([10**4300], "json_number", "/0"),
            ({"a/b": {"~": "\x00"}}, "json_text", "/a~1b/~0"),
            ({"\ud800": 1}, "json_text", "/\ud800"),
            ([(1,)], "json_type", "/0"),
            ({1: 2}, "json_type", "/1"),
            ({"a": b"x"}, "json_type", "/a"),
        ],
    )
    def test_it_names_the_place(self, value: Any, code: str, path: str) -> None:
        with pytest.raises(JsonInvalid) as caught:
            check_bounds(value, max_bytes=10**5, max_depth=99)
        assert (caught.value.code, caught.value.path) == (code, path)

    def test_a_cycle_is_too_deep(self) -> None:
        endless: list[Any] = []
        endless.append(endless)
        with pytest.raises(JsonInvalid) as caught:
            check_bounds(endless, max_bytes=10**6, max_depth=400)
        assert caught.value.code == "json_too_deep"


class TestNormalise:
    @given(json_values)
    def test_clean_json_comes_back_equal_and_new(self, value: Any) -> None:
        copy = normalise(value, max_bytes=10**6, max_depth=99)
        assert canonical(copy) == canonical(value)
        assert copy is not value or not isinstance(value, list | dict)

    def test_nul_and_lone_surrogates_are_replaced(self) -> None:
        value = {"a\x00": ["\ud800x", "\ud83d\ude00", "😀"]}
        clean = normalise(value, max_bytes=999, max_depth=9)
        assert clean == {"a\ufffd": ["\ufffdx", "\ufffd\ufffd", "😀"]}

    def test_subclasses_become_plain(self) -> None:
        class Word(str):
            __slots__ = ()

        class Number(int):
            pass

        plain: Any = normalise((Word("a"), Number(3)), max_bytes=99, max_depth=9)
        word, number = plain
        assert (type(word), type(number)) == (str, int)

    @pytest.mark.parametrize(
        "value", [float("nan"), float("-inf"), [10**4300], {1: 2}, {"a": {1}}, b"x", object()]
    )
    def test_what_is_no_json_is_refused(self, value: Any) -> None:
        with pytest.raises(JsonInvalid):
            normalise(value, max_bytes=10**5, max_depth=9)

    def test_edges(self) -> None:
        assert normalise([["ü"]], max_bytes=8, max_depth=2) == [["ü"]]
        with pytest.raises(JsonInvalid):
            normalise([["ü"]], max_bytes=7, max_depth=2)
        with pytest.raises(JsonInvalid):
            normalise([["ü"]], max_bytes=8, max_depth=1)

    def test_a_cycle_and_a_bomb_end(self) -> None:
        endless: dict[str, Any] = {}
        endless["a"] = endless
        bomb: Any = "lol"
        for _ in range(40):
            bomb = [bomb] * 10
        for value in (endless, bomb):
            with pytest.raises(JsonInvalid):
                normalise(value, max_bytes=10**5, max_depth=50)

    @given(st.recursive(st.text(st.characters()) | st.floats() | st.integers(), st.lists))
    def test_it_gives_storable_json_or_refuses(self, value: Any) -> None:
        try:
            clean = normalise(value, max_bytes=10**5, max_depth=9)
        except JsonInvalid:
            return
        assert check_bounds(clean, max_bytes=10**5, max_depth=9) > 0
