"""Which request headers a flow may set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.operations.base import OperationError
from openflow_django.operations.http.headers import judged


def refused(*headers):
    with pytest.raises(OperationError) as raised:
        judged(headers)
    assert raised.value.code == "http_header_refused"
    return raised.value.message


def test_ordinary_headers_pass_in_order():
    given_headers = (("Authorization", "Bearer t"), ("X-A", " padded\t"), ("x-b", ""))
    assert judged(given_headers) == (("Authorization", "Bearer t"), ("X-A", "padded"), ("x-b", ""))


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\rb", "a\0b", "a\x0bb", "a\x7fb", "\n"])
def test_line_breaks_and_control_characters_are_refused(value):
    message = refused(("X-A", value))
    assert value not in message


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "a\0", "ä", "(a)", "a,b", " a"])
def test_names_that_are_no_token_are_refused(name):
    refused((name, "x"))


@pytest.mark.parametrize(
    "name",
    [
        "Host",
        "CONTENT-LENGTH",
        "Transfer-Encoding",
        "connection",
        "Keep-Alive",
        "TE",
        "Trailer",
        "Upgrade",
        "Expect",
        "Proxy-Authorization",
        "Proxy-Connection",
        "Accept-Encoding",
    ],
)
def test_headers_of_the_client_and_of_the_hop_are_refused(name):
    refused((name, "x"))


def test_a_name_given_twice_is_refused():
    refused(("X-A", "1"), ("x-a", "2"))


def test_the_edges_of_number_and_size():
    assert len(judged([(f"X-{n}", "1") for n in range(64)])) == 64
    refused(*[(f"X-{n}", "1") for n in range(65)])
    assert judged([("X-A", "x" * (32_768 - 3))])
    refused(("X-A", "x" * (32_768 - 2)))


def test_values_go_out_as_utf_8():
    [(_, value)] = judged([("X-A", "größer €")])
    assert value.encode("latin-1").decode("utf-8") == "größer €"


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=10)), max_size=4))
def test_whatever_passes_is_one_line_each(headers):
    try:
        passed = judged(headers)
    except OperationError:
        return
    for name, value in passed:
        assert not set(name + value) & {"\r", "\n", "\0"}
        value.encode("latin-1")
