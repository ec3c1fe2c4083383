"""Self-hardening of a sandbox child: resource limits everywhere; Landlock and seccomp where the kernel is
Linux.

Each function says what took effect, as text that starts with ``on`` or ``off``. Uses the standard library
only, needs no privilege, and can not be undone by the process or its children.
"""

import ctypes
import os
import resource
import signal
import stat
import struct
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from openflow_django.sandbox.syscalls import (
    AUDIT_ARCHITECTURES,
    DENIED_TO_SCRIPTS,
    EVALUATOR,
    NEWEST,
    numbers,
)

__all__ = [
    "adopt_orphans",
    "die_with_parent",
    "hide_process",
    "limit_resources",
    "restrict_evaluator_calls",
    "restrict_files",
    "restrict_script_calls",
    "script_filter",
]

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2

LANDLOCK_CREATE_RULESET = 444
LANDLOCK_ADD_RULE = 445
LANDLOCK_RESTRICT_SELF = 446
LANDLOCK_CREATE_RULESET_VERSION = 1
LANDLOCK_RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
TCP = 1 << 0 | 1 << 1
ABSTRACT_SOCKETS_AND_SIGNALS = 1 << 0 | 1 << 1


def limit_resources(
    *,
    address_space: int,
    file_bytes: int,
    open_files: int,
    cpu_s: int | None = None,
    processes: int | None = None,
) -> str:
    """Set soft and hard limits alike, so that they can not be lifted; sizes in bytes, ``cpu_s`` in
    seconds."""
    wanted: list[tuple[str, int | None]] = [
        ("RLIMIT_CORE", 0),
        ("RLIMIT_AS", address_space),
        ("RLIMIT_FSIZE", file_bytes),
        ("RLIMIT_NOFILE", open_files),
        ("RLIMIT_CPU", cpu_s),
        ("RLIMIT_NPROC", processes),
    ]
    failed: list[str] = []
    for name, value in wanted:
        if value is None:
            continue
        try:
            resource.setrlimit(getattr(resource, name), (value, value))
        except (AttributeError, OSError, ValueError):
            failed.append(name)
    return f"on, without {', '.join(failed)}" if failed else "on"


def hide_process() -> str:
    """Close ``/proc/<pid>`` of this process to others of the same user, and stop core dumps of it."""
    if sys.platform != "linux":
        return "off: not Linux"
    return "on" if _libc().prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 else "off: refused"


def die_with_parent() -> str:
    """Be killed when the parent ends. To be called in a child whose parent has one thread."""
    if sys.platform != "linux":
        return "off: not Linux"
    return "on" if _libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0 else "off: refused"


def adopt_orphans() -> str:
    """Become the parent of what children leave behind, so that it can be found and ended."""
    if sys.platform != "linux":
        return "off: not Linux"
    return "on" if _libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 else "off: refused"


def restrict_files(*, read: Sequence[str | Path] = (), write: Sequence[str | Path] = ()) -> str:
    """Landlock: nothing but ``read`` may be read, nothing but ``write`` changed; no TCP, no signals to the
    outside."""
    if sys.platform != "linux":
        return "off: not Linux"
    abi = _system_call(LANDLOCK_CREATE_RULESET, None, 0, LANDLOCK_CREATE_RULESET_VERSION)
    if abi < 1:
        return "off: the kernel has no Landlock"
    handled = _handled_access(abi)
    attributes = struct.pack(
        "QQQ", handled, TCP if abi >= 4 else 0, ABSTRACT_SOCKETS_AND_SIGNALS if abi >= 6 else 0
    )
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    ruleset = _system_call(LANDLOCK_CREATE_RULESET, ctypes.create_string_buffer(attributes), size, 0)
    if ruleset < 0:
        return "off: no ruleset"
    try:
        for path in read:
            _allow(ruleset, path, handled & (EXECUTE | READ_FILE | READ_DIR))
        for path in write:
            _allow(ruleset, path, handled)
        _libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if _system_call(LANDLOCK_RESTRICT_SELF, ruleset, 0) != 0:
            return "off: refused"
    finally:
        os.close(ruleset)
    return f"on (abi {abi})"


def restrict_evaluator_calls() -> str:
    """seccomp for a JavaScript child: the calls it needs, no executable memory, everything else fails with
    EPERM."""
    machine = os.uname().machine
    if sys.platform != "linux" or machine not in AUDIT_ARCHITECTURES:
        return f"off: no table for {sys.platform} on {machine}"
    program = _prologue(machine)
    for number in sorted(numbers({"mmap", "mprotect"}, machine=machine)):
        program += _refuse_when_set(number, argument=2, mask=PROT_EXEC)
    for number in sorted(numbers(EVALUATOR, machine=machine)):
        program += [_instruction(JUMP_IF_EQUAL, 0, 1, number), _instruction(RETURN, 0, 0, ALLOW)]
    return _install(b"".join([*program, _instruction(RETURN, 0, 0, REFUSE)]))


def restrict_script_calls() -> str:
    """seccomp for a Python script: no new process, no socket but a pair, no signal, no other door of the
    kernel."""
    machine = os.uname().machine
    if sys.platform != "linux" or machine not in AUDIT_ARCHITECTURES:
        return f"off: no table for {sys.platform} on {machine}"
    return _install(script_filter(machine))


@cache
def script_filter(machine: str) -> bytes:
    """The filter of :func:`restrict_script_calls`. Made once before processes are forked, it is there for
    all."""
    program = _prologue(machine)
    program += [_instruction(JUMP_IF_AT_LEAST, 0, 1, NEWEST + 1), _instruction(RETURN, 0, 0, NOT_IMPLEMENTED)]
    for number in sorted(numbers(DENIED_TO_SCRIPTS, machine=machine)):
        program += [_instruction(JUMP_IF_EQUAL, 0, 1, number), _instruction(RETURN, 0, 0, REFUSE)]
    (clone,) = numbers({"clone"}, machine=machine)
    (clone3,) = numbers({"clone3"}, machine=machine)
    (sendto,) = numbers({"sendto"}, machine=machine)
    program += _refuse_when_clear(clone, argument=0, mask=CLONE_THREAD)
    # The flags of clone3 are out of reach of a filter: libc falls back to clone when it does not exist.
    program += [_instruction(JUMP_IF_EQUAL, 0, 1, clone3), _instruction(RETURN, 0, 0, NOT_IMPLEMENTED)]
    program += _refuse_when_set(sendto, argument=4, mask=0xFFFFFFFF)
    return b"".join([*program, _instruction(RETURN, 0, 0, ALLOW)])


# ------------------------------------------------------------------------------------------------ Landlock


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _system_call(number: int, *arguments: object) -> int:
    words = [ctypes.c_void_p(value) if isinstance(value, int) else value for value in arguments]
    result = _libc().syscall(ctypes.c_long(number), *words)
    return result if result >= 0 else -ctypes.get_errno()


def _handled_access(abi: int) -> int:
    access = (1 << 13) - 1
    for since, right in ((2, REFER), (3, TRUNCATE), (5, IOCTL_DEV)):
        if abi >= since:
            access |= right
    return access


def _allow(ruleset: int, path: str | Path, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            access &= ON_FILES
        rule = ctypes.create_string_buffer(struct.pack("=Qi", access, descriptor))
        _system_call(LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)


# ------------------------------------------------------------------------------------------------ seccomp

LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, JUMP_IF_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, REFUSE, NOT_IMPLEMENTED = 0x7FFF0000, 0x80000000, 0x00050000 | 1, 0x00050000 | 38
NUMBER_OFFSET, ARCHITECTURE_OFFSET, ARGUMENTS_OFFSET = 0, 4, 16
X32_BIT = 0x40000000
PROT_EXEC = 4
INSTRUCTION_BYTES = 8
CLONE_THREAD = 0x00010000


def _instruction(code: int, if_true: int, if_false: int, operand: int) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, operand)


def _prologue(machine: str) -> list[bytes]:
    return [
        _instruction(LOAD, 0, 0, ARCHITECTURE_OFFSET),
        _instruction(JUMP_IF_EQUAL, 1, 0, AUDIT_ARCHITECTURES[machine]),
        _instruction(RETURN, 0, 0, KILL),
        _instruction(LOAD, 0, 0, NUMBER_OFFSET),
        _instruction(JUMP_IF_AT_LEAST, 0, 1, X32_BIT),
        _instruction(RETURN, 0, 0, KILL),
    ]


def _refuse_when_set(number: int, *, argument: int, mask: int) -> list[bytes]:
    return _judge(number, argument=argument, mask=mask, if_set=REFUSE, if_clear=ALLOW)


def _refuse_when_clear(number: int, *, argument: int, mask: int) -> list[bytes]:
    return _judge(number, argument=argument, mask=mask, if_set=ALLOW, if_clear=REFUSE)


def _judge(number: int, *, argument: int, mask: int, if_set: int, if_clear: int) -> list[bytes]:
    """Decide one call by the low word of one argument (both machines are little-endian)."""
    return [
        _instruction(JUMP_IF_EQUAL, 0, 4, number),
        _instruction(LOAD, 0, 0, ARGUMENTS_OFFSET + 8 * argument),
        _instruction(JUMP_IF_SET, 0, 1, mask),
        _instruction(RETURN, 0, 0, if_set),
        _instruction(RETURN, 0, 0, if_clear),
    ]


def _install(program: bytes) -> str:
    instructions = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // INSTRUCTION_BYTES, ctypes.addressof(instructions))
    _libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if _libc().prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.create_string_buffer(header), 0, 0) != 0:
        return f"off: refused ({os.strerror(ctypes.get_errno())})"
    return "on"
