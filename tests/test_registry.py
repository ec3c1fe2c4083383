"""The registry: friendly to whoever adds an item, strict about doubles."""

import pytest

from openflow_django.exceptions import OpenFlowError
from openflow_django.registry import AlreadyRegistered, NotRegistered, Registry


class Hammer:
    pass


class Saw:
    pass


@pytest.fixture
def tools() -> Registry[object]:
    return Registry("tool")


def test_register_by_call_gives_the_item_back(tools):
    hammer = Hammer()
    assert tools.register("hammer", hammer) is hammer
    assert tools.get("hammer") is hammer
    assert "hammer" in tools
    assert len(tools) == 1


def test_register_as_decorator_gives_the_function_back(tools):
    @tools.register("saw")
    def saw():
        return "zzz"

    assert saw() == "zzz"
    assert tools.get("saw") is saw


def test_keys_and_items_keep_the_order_of_registration(tools):
    tools.register("saw", Saw)
    tools.register("hammer", Hammer)
    assert tools.keys() == ("saw", "hammer")
    assert tools.items() == (("saw", Saw), ("hammer", Hammer))


def test_a_duplicate_raises_and_names_both(tools):
    tools.register("thing", Hammer)
    with pytest.raises(AlreadyRegistered) as caught:
        tools.register("thing", Saw)
    assert "Hammer" in caught.value.message
    assert "Saw" in caught.value.message
    assert "tool 'thing'" in caught.value.message
    assert tools.get("thing") is Hammer


def test_the_same_item_twice_is_no_duplicate(tools):
    tools.register("thing", Hammer)
    tools.register("thing", Hammer)
    assert len(tools) == 1


def test_an_unknown_key_names_the_nearest(tools):
    tools.register("hammer", Hammer)
    with pytest.raises(NotRegistered) as caught:
        tools.get("hamer")
    assert caught.value.message == "There is no tool named 'hamer'."
    assert caught.value.hint == "Did you mean 'hammer'?"
    assert caught.value.code == "not_registered"


def test_an_unknown_key_without_neighbour_lists_what_there_is(tools):
    with pytest.raises(NotRegistered) as caught:
        tools.get("x")
    assert caught.value.hint == "No tool is registered yet."
    tools.register("hammer", Hammer)
    tools.register("anvil", Hammer)
    with pytest.raises(NotRegistered) as caught:
        tools.get("x")
    assert caught.value.hint == "Registered: anvil, hammer."


def test_temporarily_replaces_and_restores(tools):
    tools.register("hammer", Hammer)
    with tools.temporarily("hammer", Saw) as inside:
        assert inside is Saw
        assert tools.get("hammer") is Saw
        with tools.temporarily("extra", Saw):
            assert "extra" in tools
        assert "extra" not in tools
    assert tools.get("hammer") is Hammer


def test_temporarily_restores_after_an_error(tools):
    with pytest.raises(ZeroDivisionError), tools.temporarily("saw", Saw):
        raise ZeroDivisionError
    assert "saw" not in tools


@pytest.mark.parametrize("key", ["", None, 5])
def test_a_key_is_a_text(tools, key):
    with pytest.raises(OpenFlowError, match="non-empty string") as caught:
        tools.register(key, Hammer)
    assert caught.value.code == "registry_key"
