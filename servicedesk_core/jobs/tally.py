"""How often each job of this process ended how, and how long it took: counters that begin with the process."""

import threading
from collections import Counter


class JobTally:
    """Counts runs of jobs. Safe to use from several threads: the endpoint reads while jobs end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: Counter[tuple[str, str]] = Counter()
        self._seconds: Counter[str] = Counter()

    def note(self, job: str, outcome: str, seconds: float) -> None:
        """Count a run that ended."""
        with self._lock:
            self._runs[job, outcome] += 1
            self._seconds[job] += seconds  # type: ignore[assignment]  # a Counter adds any number

    def runs(self) -> dict[tuple[str, str], int]:
        """Return the number of runs by job and outcome."""
        with self._lock:
            return dict(self._runs)

    def seconds(self) -> dict[str, tuple[int, float]]:
        """Return, by job, how many runs ended and the seconds that they took together."""
        with self._lock:
            counts: Counter[str] = Counter()
            for (job, _), number in self._runs.items():
                counts[job] += number
            return {job: (counts[job], taken) for job, taken in self._seconds.items()}
