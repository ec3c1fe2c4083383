"""Python scripts, each in a process of its own, forked from a small clean one and sealed before it runs."""

import os
import secrets
import select
import socket
import time
from typing import Self

from openflow_django.sandbox.frames import Channel, ChannelClosed, ChannelTimeout, FrameTooLarge
from openflow_django.sandbox.harden import hide_process
from openflow_django.sandbox.job_folder import JobFolder
from openflow_django.sandbox.keeper import ChildCrashed, ChildHung, how_it_ended
from openflow_django.sandbox.limits import ScriptLimits
from openflow_django.sandbox.lookups import LookupDesk
from openflow_django.sandbox.output import Level, Output
from openflow_django.sandbox.payload import AnswerInvalid, NotJson, encode, read_answer
from openflow_django.sandbox.process import SandboxUnavailable
from openflow_django.sandbox.python_jobs import EndedJob, PythonJobs
from openflow_django.sandbox.scripts import LogLine, ScriptJob, ScriptResult, StateChange, failed

__all__ = ["LANGUAGES", "PythonRunner"]

LANGUAGES = ("python3",)
"""Languages of script steps that this runner takes."""

MAX_FILES = 2_000
MEASURE_S = 0.1
REPLY_OVERHEAD = 64 * 1024


class FolderTooLarge(Exception):
    """The script wrote more than it may."""


class PythonRunner:
    """A ``ScriptRunner`` for python3: the standard library, one folder, no network, no processes.

    Thread-safe: scripts of several threads run at once. ``required`` names layers (see :meth:`layers`)
    without which no script is run. ``hide_parent`` also closes ``/proc`` of this process to others of its
    user, for kernels without Landlock.
    """

    def __init__(
        self,
        limits: ScriptLimits | None = None,
        *,
        required: frozenset[str] = frozenset(),
        hide_parent: bool = False,
    ) -> None:
        self.limits = limits or ScriptLimits()
        self.jobs = PythonJobs(limits=self.limits, required=required)
        if hide_parent:
            hide_process()

    def run(self, job: ScriptJob) -> ScriptResult:
        """Run one script. Besides those of the script, errors are named Timeout, MemoryLimit, DiskLimit,
        SourceTooLarge, ScopeTooLarge, ScopeInvalid, OutputTooLarge, OutputInvalid, SandboxCrashed and
        SandboxUnavailable.
        """
        try:
            return self._run(job)
        except NotJson as error:
            return failed("ScopeInvalid", f"The arguments are not JSON: {error}")
        except (ChildHung, ChildCrashed) as error:
            text = f"The process that starts Python scripts ended unexpectedly ({error})."
            return failed("SandboxCrashed", f"{text} The next script gets a new one.")
        except SandboxUnavailable as error:
            return failed("SandboxUnavailable", " ".join(filter(None, (error.message, error.hint))))
        except OSError as error:
            return failed("SandboxUnavailable", f"No folder or channel for the script could be made: {error}")

    def layers(self) -> dict[str, str]:
        """What protects this machine from a script, by layer. Raises SandboxUnavailable."""
        return self.jobs.layers()

    def close(self) -> None:
        """End the process that scripts are forked from, and with it all that run."""
        self.jobs.close()

    def _run(self, job: ScriptJob) -> ScriptResult:
        source = job.content.encode("utf-8", "replace")
        args = encode(dict(job.args)).encode()
        if len(source) > self.limits.source_bytes:
            return failed(*self.limits.reached("source_bytes"))
        if len(args) > self.limits.scope_bytes:
            return failed(*self.limits.reached("scope_bytes"))
        nonce = secrets.token_hex()
        settings = encode({"entry": job.entry, "nonce": nonce, "state": job.state}).encode()
        return _PythonRun(self, job, nonce=nonce).run([settings, source, args])


class _Wires:
    """The channel and the two pipes between this process and a job."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        output, output_end = os.pipe()
        errors, errors_end = os.pipe()
        for descriptor in (output, errors):
            os.set_blocking(descriptor, False)
        self.channel = Channel(ours.detach())
        self.pipes: dict[int, Level] = {output: "info", errors: "error"}
        self.theirs = [theirs.detach(), output_end, errors_end]

    def hand_over(self) -> None:
        """Close the ends that the job has now."""
        for descriptor in self.theirs:
            os.close(descriptor)
        self.theirs = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hand_over()
        self.channel.close()
        for descriptor in self.pipes:
            os.close(descriptor)


class _PythonRun:
    """One run of a script: started, watched, ended, read."""

    def __init__(self, runner: PythonRunner, job: ScriptJob, *, nonce: str) -> None:
        self._jobs = runner.jobs
        self._limits = runner.limits
        self._nonce = nonce.encode()
        self._wall_s = min(self._limits.wall_s, job.timeout_s or self._limits.wall_s)
        self._lookups = LookupDesk(job.variables, approval_page=job.approval_page)
        self._output = Output(self._limits)

    def run(self, request: list[bytes]) -> ScriptResult:
        folder = JobFolder()
        try:
            with _Wires() as wires:
                started = self._jobs.start(folder.path, descriptors=wires.theirs)
                answer: list[bytes] | Exception
                try:
                    wires.hand_over()
                    answer = self._watch(wires, folder, request)
                except (ChannelClosed, ChannelTimeout, FrameTooLarge, FolderTooLarge, AnswerInvalid) as error:
                    answer = error
                finally:
                    ended = self._jobs.end(started)
                logs = self._output.finish(wires.pipes)
        finally:
            folder.remove()
        if isinstance(answer, Exception):
            return failed(*self._reason(answer, ended), logs=logs)
        return self._read(answer, logs)

    def _watch(self, wires: _Wires, folder: JobFolder, request: list[bytes]) -> list[bytes]:
        """Hand over the script, serve what it asks and prints; returns the parts of its answer."""
        deadline = time.monotonic() + self._wall_s
        measure = time.monotonic() + MEASURE_S
        max_bytes = 4 * self._limits.result_bytes + REPLY_OVERHEAD
        channel = wires.channel
        watched = select.poll()
        for descriptor in (channel.descriptor, *wires.pipes):
            watched.register(descriptor, select.POLLIN)
        channel.send("j", request, deadline=deadline)
        while True:
            now = time.monotonic()
            if now >= deadline:
                raise ChannelTimeout
            if now >= measure:
                measure = now + MEASURE_S
                if folder.exceeds(max_bytes=self._limits.folder_bytes, max_files=MAX_FILES):
                    raise FolderTooLarge
            for descriptor, _ in watched.poll(1000 * (min(deadline, measure) - now)):
                if level := wires.pipes.get(descriptor):
                    if not self._output.read(descriptor, level=level):
                        watched.unregister(descriptor)
                    continue
                frame = channel.receive(deadline=deadline, max_bytes=max_bytes)
                if frame[0] != "q":
                    return frame[1]
                asked = time.monotonic()
                answers = self._lookups.answer(frame)
                deadline += time.monotonic() - asked
                channel.send("r", answers, deadline=deadline)

    def _reason(self, error: Exception, ended: EndedJob) -> tuple[str, str]:
        """Name and message for a script that was stopped or ended without an answer."""
        match error:
            case ChannelTimeout() if self._wall_s < self._limits.wall_s:
                return "Timeout", f"Stopped at the timeout of the step, {self._wall_s:g} s."
            case ChannelTimeout():
                return self._limits.reached("wall_s")
            case FrameTooLarge():
                return self._limits.reached("result_bytes")
            case FolderTooLarge():
                return self._limits.reached("folder_bytes")
            case AnswerInvalid():
                return "OutputInvalid", f"The script sent what it may not send: {error}"
            case _ if ended.cpu_s >= self._limits.cpu_s:
                return self._limits.reached("cpu_s")
            case _:
                return (
                    "SandboxCrashed",
                    f"The script ended its process ({how_it_ended(ended.exit_code)}) without a result.",
                )

    def _read(self, parts: list[bytes], logs: tuple[LogLine, ...]) -> ScriptResult:
        try:
            nonce, answer, state = parts
            if not secrets.compare_digest(nonce, self._nonce):
                raise AnswerInvalid("it does not come from the function that was called")
            change = StateChange(read_answer(state).get("v")) if state else None
            ended = read_answer(answer)
        except (AnswerInvalid, ValueError) as error:
            return failed("OutputInvalid", f"The result can not be used: {error}", logs=logs)
        match ended:
            case {"e": {"name": "MemoryError"} as error}:
                name, message = self._limits.reached("memory_bytes")
                return ScriptResult(ok=False, error={**error, "name": name, "message": message}, logs=logs)
            case {"e": {"name": str(), "message": str()} as error}:
                return ScriptResult(ok=False, error=error, logs=logs, state=change)
            case {"l": str(field)}:
                return failed(*self._limits.reached(field), logs=logs)
            case _:
                return ScriptResult(ok=True, value=ended.get("v"), logs=logs, state=change)
