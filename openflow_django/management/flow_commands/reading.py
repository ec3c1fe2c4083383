"""What the commands are given: files, folders, archives, standard input."""

import sys
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from openflow_django.interop.archives import ArchiveTree, is_archive
from openflow_django.interop.imported import Imported
from openflow_django.interop.sources import read_data, read_path, read_tree
from openflow_django.interop.trees import MAX_FILE_BYTES
from openflow_django.management.flow_commands.command import clear_errors, fail

__all__ = ["STANDARD_INPUT", "read_source", "read_standard_input"]

STANDARD_INPUT: Final = "-"
"""Stands for standard input where a file is asked for."""


def read_source(source: str, *, path: str = "") -> Imported:
    """Everything in a file, folder or archive, or in standard input. ``path`` is for a flow that names
    none."""
    with clear_errors():
        if source != STANDARD_INPUT:
            return read_path(Path(source))
        data = read_standard_input()
        return read_tree(ArchiveTree(data)) if is_archive(data) else read_data(data, path=path)


def read_standard_input() -> bytes:
    """Standard input to its end, as long as that is not too far. Raises CommandError."""
    stream = getattr(sys.stdin, "buffer", None)
    data = stream.read(MAX_FILE_BYTES + 1) if stream else sys.stdin.read(MAX_FILE_BYTES + 1).encode()
    if len(data) > MAX_FILE_BYTES:
        raise fail(_("Standard input holds more than %(count)d bytes.") % {"count": MAX_FILE_BYTES})
    return data
