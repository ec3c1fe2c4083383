"""The folder a Python script may write in: measured while it runs, removed whatever it left there."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

__all__ = ["JobFolder"]

PREFIX = "openflow-job-"


class JobFolder:
    """A new folder, readable by this user only, in the folder for temporary files."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))

    def exceeds(self, *, max_bytes: int, max_files: int) -> bool:
        """Whether there is more in it than allowed. Stops counting there."""
        size = 0
        for count, entry in enumerate(_walk(self.path), start=1):
            with suppress(OSError):
                size += entry.stat(follow_symlinks=False).st_size
            if size > max_bytes or count > max_files:
                return True
        return False

    def remove(self) -> None:
        """Remove the folder, however deep and with whatever modes: no path gets long, nothing recurses."""
        with suppress(OSError):
            while folders := _empty(self.path):
                for folder in folders:
                    folder.chmod(0o700)
                    for entry in list(folder.iterdir()):
                        entry.rename(self.path / secrets.token_hex())
                    folder.rmdir()
            self.path.rmdir()


def _walk(folder: Path) -> Iterator["os.DirEntry[str]"]:
    pending = [str(folder)]
    while pending:
        with suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)


def _empty(folder: Path) -> list[Path]:
    """Remove the files in ``folder``; returns the folders in it."""
    folders: list[Path] = []
    for entry in list(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            folders.append(entry)
        else:
            entry.unlink()
    return folders
