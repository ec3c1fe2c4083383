"""The page about Directus: its program runs."""

import re
from pathlib import Path

from openflow_django.interop.directus.steps import step_makers

PAGE = (Path(__file__).parents[3] / "docs" / "howto" / "directus.md").read_text(encoding="utf-8")


def test_the_program_runs():
    [program] = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {}
    exec(program, names)
    assert names["data"]["operations"][0]["key"] == "greet"
    assert names["differences"] == []


def test_every_operation_is_told():
    told = PAGE.replace(
        "`item-create`, `-read`, `-update`, `-delete`",
        "`item-create` `item-read` `item-update` `item-delete`",
    )
    assert [type for type, _ in step_makers.items() if f"`{type}`" not in told] == []
