"""The garbage collector rests while a batch is stored.

A batch of five thousand records is a hundred thousand containers that live until its commit, and no cycle. The
collector takes them for a growing heap and walks everything the process holds, again and again: a fifth of a first
sync. What cycles come up meanwhile are collected right after the batch.
"""

import gc
import threading
from contextlib import ContextDecorator
from typing import Final


class _Resting(ContextDecorator):
    """Pauses the collector, as a context manager or a decorator; several threads may be inside at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._was_enabled = False

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._was_enabled = gc.isenabled()
                gc.disable()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._was_enabled:
                gc.enable()


collector_resting: Final = _Resting()
"""Pauses the collector while it is entered, and leaves it as it was."""
