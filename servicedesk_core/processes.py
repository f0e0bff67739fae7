"""Who holds something: a process, told from every other that ever was, and whether it has certainly ended.

A number of a process is given again, and means another process on another machine, after another start and in another
container. So an owner is named with a digest of those and with the instant at which the kernel started it. Only Linux
says all that. Elsewhere a number that was given again cannot be told for certain, so only a process whose number is
nobody's has ended; whoever waits for another dead one waits until its time has run out.
"""

import hashlib
import os
import re
import socket
import sys
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from servicedesk_core.system import machine

_OWNER: Final = re.compile(r"process (?P<pid>\d+) on .*? \[(?P<place>[0-9a-f]{16})\.(?P<started>\d+)\]")
_IDENTITY: Final = re.compile(r" \[[0-9a-f]{16}\.\d+\]")
_IS_LINUX: Final = sys.platform == "linux"
_ENDED: Final = frozenset("ZXx")
"""States of a process that runs no more and that nobody has asked about yet."""


class _Stat(NamedTuple):
    """What the kernel says of a process: its state, and when it was started, in ticks since the machine was."""

    state: str
    started: int


def this_process() -> str:
    """Return how this process is named as an owner."""
    pid = os.getpid()
    name = f"process {pid} on {socket.gethostname()}"
    place, stat = _place(pid), _stat(pid)
    return name if place is None or stat is None else f"{name} [{place}.{stat.started}]"


def name_of(owner: str) -> str:
    """Return what people call an owner: its number and its machine."""
    return _IDENTITY.sub("", owner)


def has_ended(owner: str) -> bool:
    """Whether an owner is a process of this machine that certainly runs no more; ``False`` where that is not known."""
    named = _OWNER.match(owner)
    if named is None or named["place"] != _place(os.getpid()):
        return False
    pid = int(named["pid"])
    if _is_nobodys(pid):
        return True
    stat = _stat(pid)
    return stat is not None and (stat.state in _ENDED or stat.started != int(named["started"]))


def _is_nobodys(pid: int) -> bool:
    if not _IS_LINUX:
        import psutil  # noqa: PLC0415  # slow, and not there on Linux

        return not psutil.pid_exists(pid)
    try:
        os.kill(pid, 0)  # asks only; on Windows it would do more
    except ProcessLookupError:
        return True
    except OSError:  # somebody else's; its start may be readable all the same
        pass
    return False


@cache
def _place(pid: int) -> str | None:
    """Return what numbers of processes mean the same in: machine, start of it, and container."""
    if not _IS_LINUX:  # containers have their own names there
        return _digest(machine(), socket.gethostname())
    try:
        if str(Path("/proc/self").readlink()) != str(pid):  # the processes of another container are listed here
            return None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        container = str(Path("/proc/self/ns/pid").readlink())
        clock = Path("/proc/self/ns/time")  # in which a start is told; old kernels have one only
        facts = (machine(), boot, container, str(clock.readlink()) if clock.is_symlink() else "")
    except (OSError, UnicodeDecodeError):
        return None
    return _digest(*facts)


def _digest(*facts: str) -> str:
    return hashlib.sha256("\0".join(facts).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _stat(pid: int) -> _Stat | None:
    if not _IS_LINUX:
        return _Stat("", 0)  # a start is told by clocks that people set, so no two of them are compared
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        fields = text.rpartition(")")[2].split()  # before it stands a name that may hold anything
        return _Stat(fields[0], int(fields[19]))
    except (OSError, IndexError, ValueError):
        return None
