"""The garbage collector looks seldom while records are read.

A batch of five thousand records is a hundred thousand containers that live until its commit, and no cycle. The
collector takes them for a growing heap and walks them again and again: a fifth of a first sync, a tenth of a look-up of
warranties, a third of judging tickets. It still comes, so that what cycles there are do not pile up in a run of hours.
"""

import gc
import threading
from typing import Final

SELDOM: Final = 100_000
"""New containers, less those that went, after which the collector looks at the young ones."""

_LATE: Final = 1_000_000
"""The same for the first look of a process of ours: a command that shows something makes half as many."""


def look_late_then_seldom() -> None:
    """Let the collector of this process look for the first time after a million containers, and seldom from then on."""

    def looked(phase: str, _: dict[str, int]) -> None:
        if phase == "stop":
            gc.callbacks.remove(looked)
            if gc.get_threshold()[0] == _LATE:  # else somebody decided otherwise meanwhile
                gc.set_threshold(SELDOM, *gc.get_threshold()[1:])

    gc.callbacks.append(looked)
    gc.set_threshold(_LATE, *gc.get_threshold()[1:])


class _Seldom:
    """Lets the collector look seldom, as a context manager; several runs may be inside at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before: tuple[int, int, int] | None = None

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                chosen = gc.get_threshold()
                self._before = chosen if 0 < chosen[0] < SELDOM else None  # 0 is how a program switches it off
                if self._before is not None:
                    gc.set_threshold(SELDOM, *chosen[1:])
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._before is not None:
                gc.set_threshold(*self._before)


collecting_seldom: Final = _Seldom()
"""Lets the collector look seldom while it is entered, and leaves it as it was."""
