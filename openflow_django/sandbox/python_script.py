"""A Python script inside its job: ``main`` is called with arguments by name, its result is written as
JSON."""

import asyncio
import base64
import inspect
import json
import linecache
import math
import sys
import traceback
import types
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from openflow_django.sandbox.frames import Channel

__all__ = ["Script"]

FILE = "script.py"
MODULE = "script"
CLIENT = "wmill"
MAX_REQUEST_BYTES = 1 << 28


class LookupFailed(Exception):
    """The variable or resource is not there, or may not be read."""


class Script:
    """Receives the script over ``channel`` and answers with: nonce, outcome as JSON, the state that was
    set."""

    def __init__(self, channel: Channel, limits: Mapping[str, Any]) -> None:
        self._channel = channel
        self._limits = limits
        self._state: list[Any] = []

    def run(self) -> None:
        """Run it; whatever it raises becomes the answer."""
        _, (settings_text, source, args_text) = self._channel.receive(max_bytes=MAX_REQUEST_BYTES)
        settings = json.loads(settings_text)
        try:
            answer = self._encode({"v": self._call(source.decode(), settings, json.loads(args_text))})
        except BaseException as error:  # SystemExit and KeyboardInterrupt are the script's, too
            answer = self._encode({"e": self._describe(error)})
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        state = self._encode({"v": self._state[-1]}) if self._state else ""
        self._channel.send("a", [settings["nonce"].encode(), answer.encode(), state.encode()])

    def _call(self, source: str, settings: Mapping[str, Any], args: dict[str, Any]) -> Any:
        linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
        sys.modules[CLIENT] = self._client(settings["state"])
        module = types.ModuleType(MODULE)
        module.__file__ = FILE
        sys.modules[MODULE] = module
        exec(compile(source, FILE, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - what we are for
        entry = module.__dict__.get(settings["entry"])
        if not callable(entry):
            raise TypeError(f"The script has to define a function named {settings['entry']}.")
        positional, named = _by_name(entry, args)
        result = entry(*positional, **named)
        return asyncio.run(result) if inspect.iscoroutine(result) else result

    def _client(self, state: Any) -> types.ModuleType:
        """Stands in for the module wmill."""

        def set_state(value: Any) -> None:
            self._encode({"v": value})
            self._state.append(value)

        client = types.ModuleType(CLIENT)
        client.__dict__.update(
            get_variable=lambda path: self._ask("variable", path),
            get_resource=lambda path: self._ask("resource", path),
            get_resume_urls=lambda approver=None: self._ask("approval", approver or ""),
            get_state=lambda: self._state[-1] if self._state else state,
            set_state=set_state,
        )
        return client

    def _ask(self, kind: str, path: str) -> Any:
        self._channel.send("q", [json.dumps([[kind, str(path)]]).encode()])
        _, parts = self._channel.receive(max_bytes=MAX_REQUEST_BYTES)
        [answer] = json.loads(parts[0])
        if "v" in answer:
            return answer["v"]
        raise LookupFailed(answer["message"])

    def _encode(self, value: Any) -> str:
        try:
            text = json.dumps(value, separators=(",", ":"), default=_plain, allow_nan=False)
        except ValueError:
            text = json.dumps(_without_nan(value, {}), separators=(",", ":"), default=_plain, allow_nan=False)
        if len(text) > self._limits["result_bytes"] + len('{"v":}'):
            return '{"l":"result_bytes"}'
        return text

    def _describe(self, error: BaseException) -> dict[str, Any]:
        name = type(error).__name__
        found: dict[str, Any] = {"name": name, "message": self._cut(_text(error), 1)}
        if isinstance(error, SyntaxError) and error.filename == FILE:
            return {**found, "message": error.msg, "line": error.lineno, "column": error.offset}
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename != __file__]
        if own:
            found["stack"] = self._cut("".join(traceback.format_list(own)), 4)
            lines = [frame.lineno for frame in own if frame.filename == FILE]
            if lines:
                found["line"] = lines[-1]
        return found

    def _cut(self, text: str, times: int) -> str:
        size = times * self._limits["error_bytes"]
        return text if len(text) <= size else f"{text[: size - 1]}\N{HORIZONTAL ELLIPSIS}"


def _by_name(entry: Callable[..., Any], args: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments that ``entry`` has parameters for; None is left to the default where there is one."""
    kinds = inspect.Parameter
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for name, parameter in inspect.signature(entry).parameters.items():
        if parameter.kind in {kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD}:
            continue
        value = args.get(name)
        if value is None and parameter.default is not kinds.empty:
            value = parameter.default
        if parameter.kind is kinds.POSITIONAL_ONLY:
            positional.append(value)
        else:
            named[name] = value
    return positional, named


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)


def _without_nan(value: Any, above: dict[int, Any]) -> Any:
    """A copy with null for every number that JSON does not have."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if not isinstance(value, dict | list | tuple):
        return value
    if id(value) in above:
        raise ValueError("The result contains itself and can not be written as JSON.")
    above = {**above, id(value): value}
    if isinstance(value, dict):
        return {key: _without_nan(member, above) for key, member in value.items()}
    return [_without_nan(member, above) for member in value]


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:
        return "The error can not be turned into text."
