"""The process that Python scripts are forked from, as the runner sees it: start a job, end a job."""

import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from openflow_django.sandbox.descriptors import DescriptorChannel
from openflow_django.sandbox.frames import ChannelClosed, ChannelTimeout, FrameTooLarge
from openflow_django.sandbox.keeper import ChildHung, ChildKeeper
from openflow_django.sandbox.limits import ScriptLimits
from openflow_django.sandbox.process import ChildProcess
from openflow_django.spec.json import JsonObject

__all__ = ["EndedJob", "PythonJobs", "StartedJob"]

ANSWER_WALL_S = 10.0
MAX_ANSWER_BYTES = 4096


@dataclass(frozen=True, slots=True)
class StartedJob:
    """A running job, and the process that it was forked from."""

    pid: int
    origin: ChildProcess


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedJob:
    """How the process of a job ended: exit code (negative = signal; None = unknown) and processor time
    used."""

    exit_code: int | None = None
    cpu_s: float = 0.0


class PythonJobs(ChildKeeper):
    """Starts and ends jobs, any number at once."""

    module = "openflow_django.sandbox.python_zygote"
    name = "openflow-python"
    channel = DescriptorChannel

    def __init__(self, *, limits: ScriptLimits, required: frozenset[str] = frozenset()) -> None:
        super().__init__(required=required)
        self._limits = limits

    def config(self) -> JsonObject:
        """Limits of the jobs, the folder that holds theirs, the layers that each of them checks for
        itself."""
        return {
            **self._limits.as_dict(),
            "folder": tempfile.gettempdir(),
            "required": [*sorted(self._required)],
        }

    def start(self, folder: Path, *, descriptors: Sequence[int]) -> StartedJob:
        """Fork a job that may write in ``folder``; ``descriptors`` are its channel, output and errors.

        Raises SandboxUnavailable, ChildHung, ChildCrashed.
        """
        with self._lock:
            origin = self._running()
            pid = int(self._ask(origin, "f", json.dumps({"folder": str(folder)}), descriptors=descriptors))
            return StartedJob(pid, origin)

    def end(self, job: StartedJob) -> EndedJob:
        """Kill the job and everything it started. Raises ChildHung, ChildCrashed."""
        with self._lock:
            if self._child is not job.origin:
                # It is gone, and its jobs with it.
                return EndedJob()
            answer = json.loads(self._ask(job.origin, "k", str(job.pid)))
            return EndedJob(exit_code=answer.get("status"), cpu_s=answer.get("cpu_s", 0.0))

    def _ask(self, origin: ChildProcess, tag: str, text: str, *, descriptors: Sequence[int] = ()) -> bytes:
        channel = cast(DescriptorChannel, origin.channel)
        try:
            channel.send_with(tag, [text.encode()], descriptors=descriptors)
            _, parts = channel.receive(deadline=time.monotonic() + ANSWER_WALL_S, max_bytes=MAX_ANSWER_BYTES)
            return parts[0]
        except ChannelClosed as error:
            raise self._crashed(origin) from error
        except (ChannelTimeout, FrameTooLarge) as error:
            self._discard()
            raise ChildHung from error
        except BaseException:
            self._discard()
            raise
