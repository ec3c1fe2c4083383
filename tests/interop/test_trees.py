"""Folders and archives: plain files only, whatever else lies there."""

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from openflow_django.interop import archives, trees
from openflow_django.interop.archives import ArchiveTree, is_archive
from openflow_django.interop.trees import DiskTree, TreeInvalid, read_file


def fill(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(members: list[tarfile.TarInfo], content: bytes = b"{}", mode: str = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for member in members:
            member.size = len(content) if member.isreg() else 0
            archive.addfile(member, io.BytesIO(content) if member.isreg() else None)
    return buffer.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def test_a_folder_gives_its_files_sorted(tmp_path: Path) -> None:
    fill(tmp_path, b="2", a__c="1", a__b__x="0")
    tree = DiskTree(tmp_path)
    assert list(tree.paths) == ["a/b/x", "a/c", "b"]
    assert tree.read("a/c") == b"1"
    assert tree.name == tmp_path.name
    assert tree.skipped == []


def test_hidden_files_and_packages_are_passed_over(tmp_path: Path) -> None:
    fill(tmp_path, **{".git__config": "", "node_modules__x__y.json": "", ".env": "", "a": ""})
    assert list(DiskTree(tmp_path).paths) == ["a"]


def test_links_and_devices_are_never_read(tmp_path: Path) -> None:
    outside = fill(tmp_path / "outside", secret="s")
    root = fill(tmp_path / "root", a="1")
    (root / "file").symlink_to(outside / "secret")
    (root / "folder").symlink_to(outside)
    (root / "loop").symlink_to(root)
    os.mkfifo(root / "pipe")
    tree = DiskTree(root)
    assert list(tree.paths) == ["a"]
    assert sorted(each.source for each in tree.skipped) == ["file", "folder", "loop", "pipe"]
    assert all(each.is_error for each in tree.skipped)
    for path in ("file", "folder/secret", "../outside/secret", "/etc/passwd", "pipe"):
        with pytest.raises(TreeInvalid):
            tree.read(path)


def test_a_file_that_became_a_link_meanwhile_is_not_read(tmp_path: Path) -> None:
    outside = fill(tmp_path / "outside", a="s")
    root = fill(tmp_path / "root", x__a="1")
    tree = DiskTree(root)
    (root / "x" / "a").unlink()
    (root / "x" / "a").symlink_to(outside / "a")
    with pytest.raises(TreeInvalid):
        tree.read("x/a")
    (root / "x" / "a").unlink()
    (root / "x").rmdir()
    (root / "x").symlink_to(outside)
    with pytest.raises(TreeInvalid):
        tree.read("x/a")


def test_limits_of_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, a="1", b="12")
    monkeypatch.setattr(trees, "MAX_FILES", 2)
    monkeypatch.setattr(trees, "MAX_FILE_BYTES", 1)
    tree = DiskTree(tmp_path)
    assert tree.read("a") == b"1"
    with pytest.raises(TreeInvalid):
        tree.read("b")
    fill(tmp_path, c="")
    with pytest.raises(TreeInvalid, match="more than 2 files"):
        DiskTree(tmp_path)


def test_what_is_no_folder_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(TreeInvalid):
        DiskTree(tmp_path / "missing")
    with pytest.raises(TreeInvalid):
        read_file(tmp_path / "missing")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TreeInvalid):
        read_file(tmp_path / "pipe")


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_archives(mode: str) -> None:
    data = tarred([member("./f/x.flow.json"), member("d", tarfile.DIRTYPE), member(".hidden")], b"{}", mode)
    assert is_archive(data)
    tree = ArchiveTree(data)
    assert list(tree.paths) == ["f/x.flow.json"]
    assert tree.read("f/x.flow.json") == b"{}"
    assert tree.skipped == []


def test_zip_archives() -> None:
    data = zipped(**{"f/x.flow.json": b"{}", "f/": b""})
    assert is_archive(data)
    assert list(ArchiveTree(data).paths) == ["f/x.flow.json"]


def test_text_is_no_archive() -> None:
    assert not is_archive(b"summary: x\n" * 50)


def test_members_that_lead_elsewhere_are_refused() -> None:
    data = tarred(
        [
            member("../up.json"),
            member("/abs.json"),
            member("a/../../b.json"),
            member("link", tarfile.SYMTYPE, "/etc/passwd"),
            member("hard", tarfile.LNKTYPE, "ok.json"),
            member("device", tarfile.CHRTYPE),
            member("pipe", tarfile.FIFOTYPE),
            member("ok.json"),
            member("ok.json"),
        ]
    )
    tree = ArchiveTree(data)
    assert list(tree.paths) == ["ok.json"]
    assert len(tree.skipped) == 8
    assert all(each.is_error for each in tree.skipped)
    with pytest.raises(TreeInvalid):
        tree.read("link")


def test_links_in_zip_archives_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("link.json")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("..\\up.json", "{}")
    tree = ArchiveTree(buffer.getvalue())
    assert list(tree.paths) == []
    assert len(tree.skipped) == 2


def test_bombs_are_not_unpacked() -> None:
    bomb = zipped(**{"a.json": b"0" * (trees.MAX_FILE_BYTES + 1)})
    assert len(bomb) < 100_000
    tree = ArchiveTree(bomb)
    assert list(tree.paths) == []
    assert tree.skipped[0].is_error
    big = tarred([member("a.json")], b"0" * 120_000_000, "w:gz")
    assert len(big) < 1_000_000
    with pytest.raises(TreeInvalid, match="more than"):
        ArchiveTree(big)


def test_sizes_that_lie_do_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_TOTAL_BYTES", 10)
    with pytest.raises(TreeInvalid, match="more than 10 bytes"):
        ArchiveTree(zipped(a=b"123456", b=b"123456"))


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04broken", b"\x1f\x8bbroken", b"BZhbroken", b"\xfd7zXZ\x00broken"]
)
def test_broken_archives_are_reported(data: bytes) -> None:
    with pytest.raises(TreeInvalid, match="cannot be read"):
        ArchiveTree(data)


def test_a_truncated_archive_is_reported() -> None:
    data = tarred([member("a.json")], b"0" * 10_000, "w:gz")
    with pytest.raises(TreeInvalid):
        ArchiveTree(data[: len(data) // 2])


def test_too_many_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", 2)
    with pytest.raises(TreeInvalid, match="more than 2 files"):
        ArchiveTree(zipped(a=b"", b=b"", c=b""))
