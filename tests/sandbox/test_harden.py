"""What a hardened process can still do, tried in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from openflow_django.sandbox.syscalls import AUDIT_ARCHITECTURES, DENIED_TO_SCRIPTS, EVALUATOR, numbers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are of Linux")

PROLOGUE = """
import ctypes, json, mmap, os, resource, signal, socket, subprocess, sys, threading
from openflow_django.sandbox import harden
folder = sys.argv[1]
found = {}

def attempt(name, action):
    try:
        found[name] = repr(action())
    except BaseException as error:
        found[name] = type(error).__name__
"""


def after(hardening: str, attempts: dict[str, str], folder: Path) -> dict[str, str]:
    """Outcomes of the attempts (expressions) after ``hardening``: the value's repr or the name of the
    error."""
    tries = "\n".join(f"attempt({name!r}, lambda: {action})" for name, action in attempts.items())
    source = f"{PROLOGUE}\nfound['layer'] = {hardening}\n{tries}\nprint(json.dumps(found))"
    root = str(Path(__file__).parents[2])
    ended = subprocess.run(
        [sys.executable, "-c", source, str(folder)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    found: dict[str, str] = json.loads(ended.stdout)
    if found["layer"].startswith("off"):
        pytest.skip(f"not on this machine: {found['layer']}")
    return found


def test_files(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.write_text("x")
    found = after(
        "harden.restrict_files(read=[os.__file__], write=[folder + '/inside'])",
        {
            "write inside": "open(folder + '/inside/a', 'w').write('a')",
            "read inside": "open(folder + '/inside/a').read()",
            "read allowed": "len(open(os.__file__).read()) > 0",
            "read outside": "open(folder + '/outside').read()",
            "list outside": "os.listdir(folder)",
            "write outside": "open(folder + '/outside', 'w')",
            "create outside": "open(folder + '/new', 'w')",
            "remove outside": "os.remove(folder + '/outside')",
            "move out": "os.rename(folder + '/inside/a', folder + '/a')",
            "link out": "os.link(folder + '/outside', folder + '/inside/b')",
            "passwd": "open('/etc/passwd').read()",
            "own memory": "open('/proc/self/mem').read()",
            "environment of the parent": "open(f'/proc/{os.getppid()}/environ').read()",
            "run": "os.execv('/bin/true', ['true'])",
        },
        tmp_path,
    )
    del found["layer"]
    allowed = {name: found.pop(name) for name in ("write inside", "read inside", "read allowed")}
    assert allowed == {"write inside": "1", "read inside": "'a'", "read allowed": "True"}
    assert set(found.values()) <= {"PermissionError", "OSError"}
    assert outside.read_text() == "x"


def test_calls_of_a_script(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    found = after(
        "harden.restrict_script_calls()",
        {
            "thread": "(thread := threading.Thread(target=int)).start() or thread.join()",
            "socket pair": "[s.send(b'x') for s in socket.socketpair()]",
            "event loop": "__import__('asyncio').run(__import__('asyncio').sleep(0, 'slept'))",
            "file": "open(folder + '/file').read()",
            "fork": "os.fork()",
            "spawn": "subprocess.run(['/bin/true'])",
            "exec": "os.execv('/bin/true', ['true'])",
            "tcp": "socket.socket()",
            "udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
            "unix": "socket.socket(socket.AF_UNIX)",
            "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
            "datagram": "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', '/dev/log')",
            "kill": "os.kill(os.getppid(), 0)",
            "kill a group": "os.killpg(os.getppid(), 0)",
            "session": "os.setsid()",
            "limits": "resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))",
            "priority": "os.nice(1)",
            "mode": "os.chmod(folder + '/file', 0o777)",
            "owner": "os.chown(folder + '/file', 1, 1)",
            "times": "os.utime(folder + '/file')",
            "cut": "os.truncate(folder + '/file', 0)",
            "root": "os.chroot(folder)",
            "memory file": "os.memfd_create('x')",
            "pid descriptor": "os.pidfd_open(os.getppid())",
        },
        tmp_path,
    )
    del found["layer"]
    allowed = {name: found.pop(name) for name in ("thread", "socket pair", "event loop", "file")}
    assert allowed == {"thread": "None", "socket pair": "[1, 1]", "event loop": "'slept'", "file": "'x'"}
    assert set(found.values()) == {"PermissionError", "ValueError"}
    assert found["limits"] == "ValueError"


def test_calls_of_the_evaluator(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    found = after(
        "harden.restrict_evaluator_calls()",
        {
            "memory": "len(bytearray(50_000_000))",
            "time": "__import__('time').time() > 0",
            "random": "len(os.urandom(4))",
            "open": "open(folder + '/file')",
            "list": "os.listdir('/')",
            "socket": "socket.socket()",
            "pair": "socket.socketpair()",
            "fork": "os.fork()",
            "thread": "threading.Thread(target=print).start()",
            "exec": "os.execv('/bin/true', ['true'])",
            "kill": "os.kill(os.getppid(), 0)",
            "name": "os.uname()",
            "executable memory": "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)",
        },
        tmp_path,
    )
    del found["layer"]
    allowed = {name: found.pop(name) for name in ("memory", "time", "random")}
    assert allowed == {"memory": "50000000", "time": "True", "random": "4"}
    assert set(found.values()) <= {"PermissionError", "RuntimeError"}


def test_limits(tmp_path: Path) -> None:
    found = after(
        "harden.limit_resources(address_space=1 << 29, file_bytes=1000, open_files=32, cpu_s=60)",
        {
            "memory": "bytearray(1 << 30)",
            "file": "os.write(os.open(folder + '/f', os.O_CREAT | os.O_WRONLY), b'x' * 2000)",
            "files": "[os.open('/dev/null', 0) for _ in range(40)]",
            "lifted": "resource.getrlimit(resource.RLIMIT_CPU)",
            "core": "resource.getrlimit(resource.RLIMIT_CORE)",
        },
        tmp_path,
    )
    assert found == {
        "layer": "on",
        "memory": "MemoryError",
        "file": "1000",
        "files": "OSError",
        "lifted": "(60, 60)",
        "core": "(0, 0)",
    }


def test_hidden(tmp_path: Path) -> None:
    found = after("harden.hide_process()", {"dumpable": "ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)"}, tmp_path)
    assert found["dumpable"] == "0"


@pytest.mark.parametrize("machine", sorted(AUDIT_ARCHITECTURES))
def test_every_call_has_a_number(machine: str) -> None:
    """Calls that only x86_64 has are absent elsewhere; everything else is known."""
    only_x86 = {
        "poll",
        "fork",
        "vfork",
        "chmod",
        "chown",
        "lchown",
        "utime",
        "utimes",
        "futimesat",
        "iopl",
        "ioperm",
    }
    for profile in (EVALUATOR, DENIED_TO_SCRIPTS):
        known = profile - (only_x86 if machine == "aarch64" else set())
        assert len(numbers(profile, machine=machine)) == len(known)


def test_numbers_of_this_machine() -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("known by heart for x86_64 only")
    assert numbers({"read", "write", "fork", "execve", "clone3"}, machine="x86_64") == {0, 1, 57, 59, 435}
