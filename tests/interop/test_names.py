"""Names from outside: made into paths, kept inside their folder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.interop.names import PathRefused, file_path, flow_path, inside, relative
from openflow_django.models.flow import Flow

FIELD = Flow._meta.get_field("path")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("orders/paid", "orders/paid"),
        ("f/ops/näme v2.0", "f/ops/name_v2_0"),
        ("u/ann.lee@example.com/x", "u/ann_lee_example_com/x"),
        ("../../etc/passwd", "etc/passwd"),
        ("/abs//x/", "abs/x"),
        ("a\\b", "a/b"),
        ("..", ""),
        ("", ""),
        ("日本", ""),
        ("a/日本/b", "a/b"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_path_is_made_of_any_name(name: str, path: str) -> None:
    assert flow_path(name) == path


@given(st.text(max_size=300))
def test_every_path_that_is_made_is_one_that_flows_may_have(name: str) -> None:
    path = flow_path(name)
    if path:
        FIELD.run_validators(path)
    assert flow_path(path) == path


@pytest.mark.parametrize("path", ["con/aux", "CON", "lpt1/x", "a/nul"])
def test_device_names_are_no_file_names(path: str) -> None:
    assert not {part.lower() for part in file_path(path).split("/")} & {"con", "aux", "nul", "lpt1"}


def test_ordinary_paths_are_their_file_names() -> None:
    assert file_path("orders/paid") == "orders/paid"


@pytest.mark.parametrize("name", ["a.ts", "./a.ts", "sub/a.ts", "sub/.hidden"])
def test_plain_references_stay_in_their_folder(name: str) -> None:
    assert inside("x__flow", name) == f"x__flow/{name.removeprefix('./')}"
    assert inside("", name) == name.removeprefix("./")


@pytest.mark.parametrize(
    "name",
    [
        *("../a.ts", "sub/../../a.ts", "/etc/passwd", "C:/a", "C:a", "\\\\host\\a", "a\\..\\b", "", "."),
        *("a//b", "a/", "a\x00b", "a\nb", "./../a", "x/./a", "a/..", "a" * 1001, "\ud800"),
    ],
)
def test_everything_else_is_refused(name: str) -> None:
    with pytest.raises(PathRefused):
        inside("x__flow", name)


@given(st.text(max_size=30))
def test_what_is_not_refused_has_no_way_out(name: str) -> None:
    try:
        found = relative(name)
    except PathRefused:
        return
    assert ".." not in found.split("/")
    assert not found.startswith("/")
