"""Python scripts that try to get out, to exhaust, to stay. After each the runner answers, and nothing is
left."""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import django
import pytest

from openflow_django.sandbox.job_folder import PREFIX, JobFolder
from openflow_django.sandbox.limits import MIB
from openflow_django.sandbox.python import PythonRunner
from openflow_django.sandbox.scripts import ScriptJob, ScriptResult
from openflow_django.spec.json import Json
from tests.sandbox.test_python import LIMITS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are of Linux")

SECRET = "hunter2"
HOSTILE = replace(LIMITS, cpu_s=1, wall_s=20, file_bytes=MIB, folder_bytes=4 * MIB)


@pytest.fixture(scope="module", autouse=True)
def folder_of_jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Ours alone, so that it can be seen what is left there."""
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path_factory.mktemp("jobs"))
    yield
    tempfile.tempdir = before


@pytest.fixture(scope="module")
def runner(folder_of_jobs: None) -> Iterator[PythonRunner]:
    os.environ["OPENFLOW_TEST_SECRET"] = SECRET
    runner = PythonRunner(HOSTILE)
    if not all(state.startswith("on") for state in runner.layers().values()):
        pytest.skip(f"not protected on this machine: {runner.layers()}")
    yield runner
    runner.close()
    del os.environ["OPENFLOW_TEST_SECRET"]


@pytest.fixture(autouse=True)
def nothing_is_left(runner: PythonRunner) -> Iterator[None]:
    """The next script works; no job runs, no folder and no descriptor is left."""
    folders, descriptors, pid = set(job_folders()), own_descriptors(), runner.jobs.pid
    yield
    assert runner.run(ScriptJob(language="python3", content="def main():\n    return 1 + 1")).value == 2
    assert set(job_folders()) <= folders
    assert own_descriptors() <= descriptors
    assert runner.jobs.pid == pid
    assert jobs_of(runner) == []


def job_folders() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))


def own_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def jobs_of(runner: PythonRunner) -> list[str]:
    return Path(f"/proc/{runner.jobs.pid}/task/{runner.jobs.pid}/children").read_text().split()


def run(runner: PythonRunner, body: str, timeout_s: float | None = None, **args: Any) -> ScriptResult:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    content = f"import ctypes, os, signal, socket, subprocess, sys, threading, time\ndef main(**_):\n{lines}"
    return runner.run(ScriptJob(language="python3", content=content, args=args, timeout_s=timeout_s))


def name_of(result: ScriptResult) -> Json:
    assert not result.ok, result.value
    assert result.error is not None
    return result.error["name"]


class TestSecrets:
    def test_environment(self, runner: PythonRunner) -> None:
        assert SECRET not in str(run(runner, "return dict(os.environ)").value)

    @pytest.mark.parametrize(
        "path",
        [
            "/proc/{parent}/environ",
            "/proc/{parent}/mem",
            "/proc/{parent}/cmdline",
            "/proc/{zygote}/environ",
            "/proc/self/environ",
            "/proc/self/maps",
            "/etc/passwd",
            "/etc/shadow",
            "/etc/hostname",
            "{package}/conf.py",
            "{package}/sandbox/python.py",
            "{home}",
            "/root",
            "/",
            "/tmp",
            "/var/log",
            "/sys/kernel",
            "/dev/mem",
        ],
    )
    def test_files(self, runner: PythonRunner, path: str) -> None:
        package = Path(__file__).parents[2] / "openflow_django"
        path = path.format(parent=os.getpid(), zygote=runner.jobs.pid, package=package, home=Path.home())
        body = f"path = {path!r}\nreturn os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read()"
        assert name_of(run(runner, body)) in {"PermissionError", "FileNotFoundError"}

    def test_installed_packages(self, runner: PythonRunner) -> None:
        assert (
            name_of(run(runner, f"return os.listdir({str(Path(django.__file__).parent)!r})"))
            == "PermissionError"
        )
        assert name_of(
            run(runner, f"sys.path.append({str(Path(django.__file__).parents[1])!r})\nimport django")
        ) in {
            "ModuleNotFoundError",
            "PermissionError",
        }

    def test_traces_of_another_script(self, runner: PythonRunner) -> None:
        assert run(runner, "global kept\nkept = _\nreturn 1", secret=SECRET).ok
        body = (
            "import gc\n"
            "secret = bytes(reversed(b'2retnuh')).decode()\n"
            "dicts = [o for o in gc.get_objects() if isinstance(o, dict) and o is not locals()]\n"
            "found = [o for o in dicts if secret in o.values()]\n"
            "return [type(sys.modules['script'].__dict__.get('kept')).__name__, len(found)]"
        )
        assert run(runner, body).value == ["NoneType", 0]

    def test_descriptors(self, runner: PythonRunner) -> None:
        body = (
            "def is_open(n):\n"
            "    try: return bool(os.fstat(n))\n"
            "    except OSError: return False\n"
            "return list(filter(is_open, range(256)))"
        )
        assert run(runner, body).value == [0, 1, 2, 3]

    def test_the_zygote_has_no_environment(self, runner: PythonRunner) -> None:
        assert Path(f"/proc/{runner.jobs.pid}/environ").read_bytes() == b""


class TestOutside:
    @pytest.mark.parametrize(
        "body",
        [
            "socket.create_connection(('127.0.0.1', 22), timeout=1)",
            "socket.socket(socket.AF_UNIX).connect('\\0abstract')",
            "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 53))",
            "socket.getaddrinfo('example.com', 80)",
            "import urllib.request\nurllib.request.urlopen('http://127.0.0.1/')",
            "os.fork()",
            "os.posix_spawn('/bin/true', ['true'], {})",
            "subprocess.run(['/usr/bin/id'])",
            "os.system('id') == 0 or int('x')",
            "os.execv('/usr/bin/id', ['id'])",
            "os.execv(sys.executable or '/usr/bin/python3', ['python3', '-c', '1'])",
            "import multiprocessing\nmultiprocessing.Process(target=int).start()",
            "os.kill(os.getppid(), signal.SIGKILL)",
            "os.kill(1, signal.SIGKILL)",
            "os.kill(-1, signal.SIGKILL)",
            "os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)",
            "signal.pthread_kill(threading.get_ident(), signal.SIGKILL)",
            "os.setsid()",
            "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (100, 100))",
            "open('/tmp/openflow-escape', 'w')",
            "open('../openflow-escape', 'w')",
            "os.rename(os.getcwd(), '/tmp/openflow-escape')",
            "os.symlink('/etc', 'etc')\nopen('etc/passwd').read()",
            "os.link('/etc/passwd', 'passwd')",
            "os.chmod('/etc/passwd', 0o666)",
            "os.chown('/etc/passwd', 1, 1)",
            "os.utime('/etc/passwd')",
            "os.truncate('/etc/passwd', 0)",
            "os.setxattr('/etc/passwd', 'user.x', b'x')",
            "os.mkdir('/tmp/openflow-escape')",
            "os.mkfifo('/tmp/openflow-escape')",
            "os.chroot('.')",
            "os.unshare(0x10000000) if hasattr(os, 'unshare') else int('x')",
            "ctypes.CDLL(None, use_errno=True).ptrace(16, os.getppid(), 0, 0) == 0 or int('x')",
            "ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0 or int('x')",
            "ctypes.CDLL(None).syscall(999, 0) == 0 or int('x')",
            "ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, 0) == 0 or int('x')",
        ],
    )
    def test_refused(self, runner: PythonRunner, body: str) -> None:
        refused = {"PermissionError", "ValueError", "OSError", "gaierror", "URLError", "FileNotFoundError"}
        assert name_of(run(runner, f"{body}\nreturn 'done'")) in refused
        assert not Path("/tmp/openflow-escape").exists()


class TestTime:
    @pytest.mark.parametrize(
        "body",
        [
            "while True: pass",
            "time.sleep(60)",
            "[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 3, 14, 15, 24)]\nwhile True: pass",
            "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\ntime.sleep(60)",
            "import re\nre.match('(a+)+$', 'a' * 40 + 'b')",
            "10 ** 10 ** 8",
            "'x' * 10 in iter(int, 1)",
            "threading.Event().wait()",
            "os.read(0, 1) or time.sleep(60)",
            "os.write(3, b'a\\x01\\x00')\ntime.sleep(60)",
            "class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E",
            "class D(dict):\n    def items(self):\n        while True: pass\nreturn D(a=1)",
            "class S:\n    def __str__(self):\n        while True: pass\nreturn S()",
            "sys.stdout = type('W', (), {'flush': lambda self: time.sleep(60)})()",
            "try:\n    while True: pass\nfinally:\n    while True: pass",
            "sys.settrace(lambda *_: time.sleep(60))\nreturn str(1)",
            "os.closerange(0, 10)\ntime.sleep(60)",
        ],
    )
    def test_stopped(self, runner: PythonRunner, body: str) -> None:
        started = time.monotonic()
        result = run(runner, body, timeout_s=0.3)
        assert time.monotonic() - started < 5
        assert result.ok or name_of(result) in {"Timeout", "SandboxCrashed", "MemoryLimit", "ValueError"}

    def test_a_thread_that_stays_does_not_keep_the_script(self, runner: PythonRunner) -> None:
        body = "threading.Thread(target=time.sleep, args=(60,)).start()\nreturn 1"
        started = time.monotonic()
        assert run(runner, body).value == 1
        assert time.monotonic() - started < 10

    def test_handlers_at_exit_do_not_run(self, runner: PythonRunner) -> None:
        body = "import atexit\natexit.register(lambda: print('after'))\nreturn 1"
        assert run(runner, body).logs == ()


class TestMemory:
    @pytest.mark.parametrize(
        ("body", "names"),
        [
            ("return len(bytearray(10 ** 10))", {"MemoryLimit"}),
            ("a = []\nwhile True: a.append(bytearray(10 ** 6))", {"MemoryLimit"}),
            ("a = [0] * 10 ** 6\nwhile True: a = a + a", {"MemoryLimit"}),
            ("f = lambda: f()\nf()", {"RecursionError"}),
            (
                "sys.setrecursionlimit(10 ** 9)\nf = lambda: f()\nf()",
                {"SandboxCrashed", "MemoryLimit", "RecursionError", "SystemError", "Timeout"},
            ),
            ("ctypes.string_at(0)", {"SandboxCrashed"}),
            ("os.abort()", {"SandboxCrashed"}),
            ("os._exit(0)", {"SandboxCrashed"}),
            ("return 'x' * 70_000", {"OutputTooLarge"}),
            ("a = []\nfor _ in range(100_000): a = [a]\nreturn a", {"RecursionError"}),
            ("a = []\nfor _ in range(500): a = [a]\nreturn a", {"OutputInvalid"}),
            ("return 10 ** 5000", {"ValueError"}),
            (
                "for _ in range(10_000): threading.Thread(target=time.sleep, args=(60,)).start()",
                {"RuntimeError", "Timeout"},
            ),
            ("import wmill\nwmill.set_state('x' * 10 ** 6)\nreturn 1", set[str]()),
        ],
    )
    def test_bounded(self, runner: PythonRunner, body: str, names: set[str]) -> None:
        result = run(runner, body, timeout_s=2)
        assert result.ok if not names else name_of(result) in names


class TestFiles:
    @pytest.mark.parametrize(
        ("body", "names"),
        [
            (
                "with open('f', 'wb') as file:\n    while True: file.write(b'x' * 10 ** 6)",
                {"OSError", "SandboxCrashed"},
            ),
            (
                "for n in range(10 ** 6):\n    with open(str(n), 'wb') as file: file.write(b'x' * 10 ** 5)",
                {"DiskLimit", "Timeout"},
            ),
            ("for n in range(10 ** 6): open(str(n), 'w').close()", {"DiskLimit", "Timeout"}),
            ("files = [open(str(n), 'w') for n in range(1000)]", {"OSError"}),
        ],
    )
    def test_bounded(self, runner: PythonRunner, body: str, names: set[str]) -> None:
        assert name_of(run(runner, body, timeout_s=2)) in names

    @pytest.mark.parametrize(
        "body",
        [
            "for _ in range(1500):\n    os.mkdir('d')\n    os.chdir('d')",
            "os.mkdir('d', 0)\nos.mkdir('e')\nopen('e/f', 'w').close()\nos.mkdir('e/g', 0)",
            "os.symlink('/etc', 'link')\nos.symlink('loop', 'loop')",
            "os.mkfifo('fifo')\nos.mkdir('d')\nos.mkfifo('d/fifo')",
            "open('a\\nb', 'w').close()\nopen(b'\\xff', 'w').close()",
            "os.mkdir('d')\nfor n in range(100): os.mkdir(f'd/{n}')",
        ],
    )
    def test_the_folder_is_removed(self, runner: PythonRunner, body: str) -> None:
        run(runner, f"{body}\nreturn 1")

    def test_what_a_link_points_to_stays(self, tmp_path: Path) -> None:
        (tmp_path / "kept").write_text("x")
        folder = JobFolder()
        (folder.path / "link").symlink_to(tmp_path)
        assert not folder.exceeds(max_bytes=1000, max_files=10)
        folder.remove()
        assert not folder.path.exists()
        assert (tmp_path / "kept").read_text() == "x"

    def test_folder_of_another_script(self, runner: PythonRunner) -> None:
        other = JobFolder()
        (other.path / "secret").write_text(SECRET)
        for body in (f"return open({str(other.path / 'secret')!r}).read()", "return os.listdir('..')"):
            assert name_of(run(runner, body)) == "PermissionError"
        other.remove()


class TestForged:
    @pytest.mark.parametrize(
        "body",
        [
            "os.write(3, b'garbage' * 100)\nreturn 1",
            "os.write(3, b'a\\x03\\x00' + b'\\x01\\x00\\x00\\x00' * 3 + b'xyz')\nreturn 1",
            "os.write(3, b'a\\x03\\x00' + b'\\xff\\xff\\xff\\x7f' * 3)\nreturn 1",
            "os.write(3, b'a\\x00\\x00')\nreturn 1",
            "os.write(3, b'q\\x01\\x00\\x01\\x00\\x00\\x00x')\nreturn 1",
            "os.write(3, b'q\\x00\\x00')\nreturn 1",
            "import json\njson.dumps = lambda *a, **k: '{\"v\": NaN}'\nreturn 1",
            "import json\njson.dumps = lambda *a, **k: '{\"v\": 1e999}'\nreturn 1",
            "import json\njson.dumps = lambda *a, **k: 'x'\nreturn 1",
            "import json\njson.dumps = lambda *a, **k: '[' * 100000\nreturn 1",
            "os.close(3)\nreturn 1",
            "print('{\"v\": 2}')\nos._exit(0)",
        ],
    )
    def test_refused(self, runner: PythonRunner, body: str) -> None:
        refused = {"OutputInvalid", "OutputTooLarge", "SandboxCrashed", "Timeout"}
        assert name_of(run(runner, body, timeout_s=1)) in refused


class TestZygote:
    def test_replaced_when_it_dies(self) -> None:
        runner = PythonRunner(HOSTILE)
        assert run(runner, "return 1").value == 1
        assert runner.jobs.pid is not None
        os.kill(runner.jobs.pid, 9)
        assert name_of(run(runner, "return 1")) == "SandboxCrashed"
        assert run(runner, "return 1").value == 1
        runner.close()

    def test_jobs_end_with_it(self) -> None:
        runner = PythonRunner(HOSTILE)
        results: list[ScriptResult] = []
        thread = threading.Thread(target=lambda: results.append(run(runner, "time.sleep(60)")))
        runner.layers()
        thread.start()
        deadline = time.monotonic() + 10
        while not jobs_of(runner) and time.monotonic() < deadline:
            time.sleep(0.01)
        [job] = jobs_of(runner)
        runner.close()
        thread.join()
        assert name_of(results[0]) == "SandboxCrashed"
        deadline = time.monotonic() + 10
        while Path(f"/proc/{job}").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not Path(f"/proc/{job}").exists()
