"""Numbers of system calls by architecture, from the kernel's own headers, and the profiles built from
them."""

from collections.abc import Iterable

__all__ = ["AUDIT_ARCHITECTURES", "DENIED_TO_SCRIPTS", "EVALUATOR", "NEWEST", "numbers"]

AUDIT_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""The value that seccomp reports as the architecture of a call."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


EVALUATOR = _names(
    """
    read write close lseek fstat poll ppoll mmap munmap mremap mprotect madvise brk futex getrandom
    rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack setitimer restart_syscall clock_gettime clock_getres
    clock_nanosleep gettimeofday getrusage times getpid gettid sched_yield exit exit_group
    """
)
"""All that a started JavaScript child needs: it opens, connects, starts and signals nothing."""

DENIED_TO_SCRIPTS = _names(
    """
    ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_open pidfd_getfd pidfd_send_signal
    mount umount2 pivot_root chroot unshare setns open_tree move_mount fsopen fsconfig fsmount fspick
    mount_setattr quotactl open_by_handle_at name_to_handle_at fanotify_init lookup_dcookie nfsservctl
    keyctl add_key request_key bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
    memfd_create memfd_secret seccomp prctl personality vhangup syslog acct reboot swapon swapoff
    kexec_load kexec_file_load init_module finit_module delete_module iopl ioperm
    settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname
    move_pages migrate_pages mbind set_mempolicy prlimit64 setrlimit
    setpriority sched_setscheduler sched_setattr sched_setparam ioprio_set
    shmget shmat shmctl semget semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open
    chmod fchmod fchmodat chown fchown lchown fchownat utime utimes futimesat utimensat truncate
    setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
    socket connect bind listen accept accept4 sendmsg sendmmsg recvmsg recvmmsg
    fork vfork execve execveat kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo setsid setpgid
    """
)
"""What a Python script is refused. ``clone`` is judged by its flags, so that threads work, and ``sendto`` by
its address, so that the socket pair of an event loop works. Modes, owners, times and attributes of files are
here because Landlock does not guard them."""

NEWEST = 449
"""The last number that was judged for these profiles; from 424 on it is the same on every architecture."""

# name:x86_64:aarch64; an architecture that lacks a call has no number.
_TABLE = """
accept:43:202 accept4:288:242 acct:163:89 add_key:248:217 adjtimex:159:171 bind:49:200 bpf:321:280
brk:12:214 chmod:90: chown:92: chroot:161:51 clock_adjtime:305:266 clock_getres:229:114
clock_gettime:228:113 clock_nanosleep:230:115 clock_settime:227:112 clone:56:220 clone3:435:435 close:3:57
connect:42:203 delete_module:176:106 execve:59:221 execveat:322:281 exit:60:93 exit_group:231:94
fanotify_init:300:262 fchmod:91:52 fchmodat:268:53 fchown:93:55 fchownat:260:54 finit_module:313:273
fork:57: fremovexattr:199:16 fsconfig:431:431 fsetxattr:190:7 fsmount:432:432 fsopen:430:430 fspick:433:433
fstat:5:80 futex:202:98 futimesat:261: getpid:39:172 getrandom:318:278 getrusage:98:165 gettid:186:178
gettimeofday:96:169 init_module:175:105 io_uring_enter:426:426 io_uring_register:427:427
io_uring_setup:425:425 ioperm:173: iopl:172: ioprio_set:251:30 kcmp:312:272 kexec_file_load:320:294
kexec_load:246:104 keyctl:250:219 kill:62:129 lchown:94: listen:50:201 lookup_dcookie:212:18
lremovexattr:198:15 lseek:8:62 lsetxattr:189:6 madvise:28:233 mbind:237:235 memfd_create:319:279
memfd_secret:447:447 migrate_pages:256:238 mmap:9:222 mount:165:40 mount_setattr:442:442 move_mount:429:429
move_pages:279:239 mprotect:10:226 mq_open:240:180 mremap:25:216 msgctl:71:187 msgget:68:186 msgrcv:70:188
msgsnd:69:189 munmap:11:215 name_to_handle_at:303:264 nfsservctl:180:42 open_by_handle_at:304:265
open_tree:428:428 perf_event_open:298:241 personality:135:92 pidfd_getfd:438:438 pidfd_open:434:434
pidfd_send_signal:424:424 pivot_root:155:41 poll:7: ppoll:271:73 prlimit64:302:261 prctl:157:167
process_madvise:440:440 process_vm_readv:310:270 process_vm_writev:311:271 ptrace:101:117 quotactl:179:60
read:0:63 reboot:169:142 recvmmsg:299:243 recvmsg:47:212 removexattr:197:14 request_key:249:218
restart_syscall:219:128 rt_sigaction:13:134 rt_sigprocmask:14:135 rt_sigqueueinfo:129:138
rt_sigreturn:15:139 rt_tgsigqueueinfo:297:240 sched_setattr:314:274 sched_setparam:142:118
sched_setscheduler:144:119 sched_yield:24:124 seccomp:317:277 semctl:66:191 semget:64:190 semop:65:193
semtimedop:220:192 sendmmsg:307:269 sendmsg:46:211 sendto:44:206 set_mempolicy:238:237 setdomainname:171:162
sethostname:170:161 setitimer:38:103 setns:308:268 setpgid:109:154 setpriority:141:140 setrlimit:160:164
setsid:112:157 settimeofday:164:170 setxattr:188:5 shmat:30:196 shmctl:31:195 shmget:29:194
sigaltstack:131:132 socket:41:198 socketpair:53:199 swapoff:168:225 swapon:167:224 syslog:103:116
tgkill:234:131 times:100:153 tkill:200:130 truncate:76:45 umount2:166:39 unshare:272:97 userfaultfd:323:282
utime:132: utimensat:280:88 utimes:235: vfork:58: vhangup:153:58 write:1:64
"""

_MACHINES = ("x86_64", "aarch64")


def numbers(names: Iterable[str], *, machine: str) -> frozenset[int]:
    """The numbers of those ``names`` that ``machine`` has; ``machine`` is a key of AUDIT_ARCHITECTURES."""
    wanted = frozenset(names)
    column = _MACHINES.index(machine) + 1
    rows = (entry.split(":") for entry in _TABLE.split())
    return frozenset(int(row[column]) for row in rows if row[0] in wanted and row[column])
