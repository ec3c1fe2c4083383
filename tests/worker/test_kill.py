"""A real worker process is killed in the middle of a flow; another takes the run up."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.worker.site import Site

FINAL = ("success", "failure", "canceled")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.close()


def touch(step_id: str, folder: Path) -> dict[str, Any]:
    transforms = {
        "folder": {"type": "static", "value": str(folder)},
        "name": {"type": "static", "value": step_id},
    }
    return {"id": step_id, "value": {"type": "script", "path": "op/touch", "input_transforms": transforms}}


def test_a_killed_worker_loses_nothing_and_repeats_only_the_step_in_flight(site: Site) -> None:
    (site.folder / "hold-b").touch()
    modules = [touch(step_id, site.folder) for step_id in ("a", "b", "c")]
    run_id = site.start_run({"summary": "", "value": {"modules": modules}})
    site.start_worker()
    site.wait(lambda: "b" in site.effects(), what="step b to begin")
    owner = site.run_row(run_id)["owner"]
    os.kill(int(owner.split(":")[1]), signal.SIGKILL)
    (site.folder / "hold-b").unlink()
    site.wait(lambda: site.run_row(run_id)["status"] in FINAL, what="the run to end")
    assert site.run_row(run_id)["status"] == "success"
    assert site.effects() == ["a", "b", "b", "c"]
    assert site.run_row(run_id)["crashes"] == 1
    result = site.row("SELECT result FROM openflow_rundata WHERE run_id = ?", run_id)[0]
    assert result == '"c"'


def test_a_worker_told_to_stop_ends_with_all_its_processes(site: Site) -> None:
    run_id = site.start_run({"summary": "", "value": {"modules": [touch("a", site.folder)]}})
    worker = site.start_worker()
    site.wait(lambda: site.run_row(run_id)["status"] == "success", what="the run to end")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=20) == 0
    with pytest.raises(ProcessLookupError):
        os.killpg(worker.pid, 0)


def test_a_worker_may_serve_another_queue(site: Site) -> None:
    document = {"summary": "", "value": {"modules": [touch("a", site.folder)]}, "tag": "heavy"}
    run_id = site.start_run(document)
    site.start_worker()
    heavy = site.start_worker("--queue", "heavy")
    site.wait(lambda: site.run_row(run_id)["status"] == "success", what="the run to end")
    served = "SELECT 1 FROM openflow_worker WHERE queues LIKE '%heavy%'"
    site.wait(lambda: site.row(served), what="the worker to say what it serves")
    assert heavy.poll() is None
