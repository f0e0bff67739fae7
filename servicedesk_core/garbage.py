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


class _Seldom:
    """Lets the collector look seldom, as a context manager; several runs may be inside at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = gc.get_threshold()

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._before = gc.get_threshold()
                if 0 < self._before[0] < SELDOM:  # 0 is how a program switches it off
                    gc.set_threshold(SELDOM, *self._before[1:])
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                gc.set_threshold(*self._before)


collecting_seldom: Final = _Seldom()
"""Lets the collector look seldom while it is entered, and leaves it as it was."""
