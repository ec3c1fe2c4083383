"""Each command once as a process of its own, the way of a flow from files to a run and back."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from openflow_django.interop.yaml import loads
from tests.management.conftest import MANUAL, content, transform
from tests.spec.documents import flow

ROOT = Path(__file__).parents[2]
PUBLISHER = """
from demo_project.accounts.models import User
User.objects.create_superuser("ann", "ann@example.com", "x")
"""


@pytest.fixture(scope="module")
def manage(tmp_path_factory):
    """``manage("openflow", "list")``: the finished process, on a database of this module's own."""
    folder = tmp_path_factory.mktemp("site")
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "demo_project.settings", "OPENFLOW_DEMO_HOME": str(folder)}

    def run(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *map(str, arguments)]
        return subprocess.run(
            command, cwd=ROOT, env=env, input=stdin, text=True, capture_output=True, timeout=120, check=False
        )

    assert run("migrate", "-v0").returncode == 0
    assert run("shell", "-v0", "-c", PUBLISHER).returncode == 0
    return run


@pytest.mark.slow
def test_from_files_to_a_run_and_back(manage, tmp_path):
    document = flow(transform({"text": "Hello {{ $trigger.name }}"}))
    source = tmp_path / "greet.json"
    source.write_text(json.dumps(content(triggers=[MANUAL], document=document)))

    validated = manage("openflow", "validate", source)
    assert (validated.returncode, validated.stdout.splitlines()[-1]) == (0, "1 flow is valid.")

    imported = manage("openflow", "import", "-", "--activate", "--user", "ann", stdin=source.read_text())
    assert imported.returncode == 0, imported.stderr
    assert "greet/person: version 1 is live" in imported.stdout

    listed = manage("openflow", "list", "--format", "json")
    assert json.loads(listed.stdout)[0]["status"] == "active"

    ran = manage(
        "openflow", "run", "greet/person", "--here", "--format", "json", "--input", '{"name": "Ann"}'
    )
    assert (ran.returncode, json.loads(ran.stdout)["result"]) == (0, {"text": "Hello Ann"})

    exported = manage("openflow", "export", "greet/person", "--format", "yaml")
    assert loads(exported.stdout)["document"] == document

    source.write_text(json.dumps(content(document=flow(transform({"text": "Bye"})))))
    compared = manage("openflow", "diff", "greet/person", source, "--check")
    assert (compared.returncode, "Bye" in compared.stdout) == (1, True)


@pytest.mark.slow
def test_errors_are_sentences_and_exit_codes(manage, tmp_path):
    for arguments, code in (
        (["run", "nothing"], 2),
        (["validate", tmp_path / "none.json"], 2),
        (["nonsense"], 2),
        (["import"], 2),
    ):
        done = manage("openflow", *arguments)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.strip()
    broken = manage("openflow", "validate", "-", stdin='{"value": {"modules": [{}]}}')
    assert broken.returncode == 1
    assert "error /value/modules/0" in broken.stdout
