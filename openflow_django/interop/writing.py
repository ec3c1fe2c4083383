"""Files of flows written below one folder: nothing outside of it, nothing through a link, unchanged files
untouched.
"""

import contextlib
import os
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

from openflow_django.exceptions import OpenFlowError
from openflow_django.interop.files import FOLDER_ENDS, is_flow_file
from openflow_django.interop.inline import inline_references
from openflow_django.interop.names import inside, relative
from openflow_django.interop.texts import read_text
from openflow_django.interop.trees import read_file

__all__ = ["WriteRefused", "write_files"]


class WriteRefused(OpenFlowError):
    """A file could not be written, or would have been written elsewhere."""

    code = "write_refused"


def write_files(root: Path, texts: Mapping[str, str]) -> list[str]:
    """Write ``texts`` by their relative paths; the paths of those that were new or have changed.

    Folders are made where they are missing. In the folder of a flow, scripts that the flow had and has not
    any more are deleted; no other file ever is.

    Raises WriteRefused, also where a link stands in the way, and PathRefused for paths that lead out of
    ``root``.
    """
    for path in texts:
        relative(path)
    try:
        root.mkdir(parents=True, exist_ok=True)
        home = root.resolve()
        left_over = list(_left_over(home, texts))
        written = [path for path, text in texts.items() if _write(home, path, text.encode())]
        for path in left_over:
            (home / path).unlink()
    except OSError as error:
        place = error.filename or root
        raise WriteRefused(f"{place} cannot be written: {error.strerror or error}.") from error
    return written


def _write(home: Path, path: str, content: bytes) -> bool:
    target = home
    for part in path.split("/"):
        if target != home:
            target.mkdir(exist_ok=True)
        target /= part
        if target.is_symlink():
            raise WriteRefused(f"{target} is not written: a link stands in the way.")
    if target.is_file() and target.read_bytes() == content:
        return False
    # A reader never sees half a file, and a link that appears meanwhile is replaced, not followed.
    draft = target.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(content)
        draft.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    return True


def _left_over(home: Path, texts: Mapping[str, str]) -> Iterator[str]:
    """Scripts that an earlier export has put beside a flow and this one does not."""
    for path in texts:
        folder = path.rpartition("/")[0]
        if not folder.endswith(FOLDER_ENDS) or not path.endswith("/flow.yaml"):
            continue
        try:
            data = read_text(read_file(home / path, root=home), name=path)
            document = data["document"] if is_flow_file(data) and isinstance(data, dict) else data
            references = list(inline_references(document)) if isinstance(document, dict) else []
            old = {inside(folder, name) for _, _, name in references if "/" not in name}
        except OpenFlowError:
            continue
        for name in sorted(old - set(texts)):
            if (home / name).is_file() and not (home / name).is_symlink():
                yield name
