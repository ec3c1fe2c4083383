"""The page of the commands tells every option, and the files it shows are accepted."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import load_command_class

from openflow_django.interop.files import parse_flow_file
from openflow_django.management.commands import openflow
from openflow_django.spec.parse import parse

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
OTHERS = sorted(path.stem for path in Path(openflow.__file__).parent.glob("openflow_*.py"))
COMMON = {"--help", "--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color"} | {
    "--force-color",
    "--skip-checks",
}


def section(title):
    return re.split(r"^## ", PAGE.split(f"## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def options(parser):
    found = {
        option for action in parser._actions for option in action.option_strings if option.startswith("--")
    }
    return found - COMMON


def rows(text):
    return {
        option
        for row in re.findall(r"^\| (.*?) \|", text, re.MULTILINE)
        for option in re.findall(r"--[\w-]+", row)
    }


@pytest.mark.parametrize("name", openflow.COMMANDS)
def test_every_option_of_an_action_has_its_row(name):
    parser = load_command_class("openflow_django", "openflow").create_parser("manage.py", "openflow")
    [actions] = [action.choices for action in parser._actions if action.dest == "action"]
    assert rows(section(f"openflow {name}")) == options(actions[name])


@pytest.mark.parametrize("name", OTHERS)
def test_every_other_command_is_told(name):
    parser = load_command_class("openflow_django", name).create_parser("manage.py", name)
    assert rows(section(name)) == options(parser)


def test_the_file_in_the_how_to_is_one():
    page = (DOCS / "howto" / "import-export.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert parse(parse_flow_file(json.loads(example)).document).summary == "Order paid"
