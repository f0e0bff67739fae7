"""The vendor's two limits: requests per rolling hour, and parallel calls per endpoint."""

import time
from collections import Counter, deque

from servicedesk_autotask.sandbox.errors import VendorError
from servicedesk_autotask.sandbox.options import SandboxOptions


class Threshold:
    """External requests of all integrations together in a rolling window."""

    def __init__(self, options: SandboxOptions) -> None:
        self._options = options
        self._window = options.threshold_window_s * options.time_scale
        self._entries: deque[tuple[float, int]] = deque()
        self._count = 0
        self._started = time.monotonic()

    def add(self, number: int = 1) -> None:
        """Count requests."""
        self._entries.append((time.monotonic(), number))
        self._count += number

    @property
    def count(self) -> int:
        """Requests in the window that ends now."""
        horizon = time.monotonic() - self._window
        while self._entries and self._entries[0][0] <= horizon:
            self._count -= self._entries.popleft()[1]
        return self._count + self._noise()

    def _noise(self) -> int:
        """Requests of the tenant's other integrations in the window."""
        if not self._options.noise_per_hour or not self._options.time_scale:
            return 0
        running = min(time.monotonic() - self._started, self._window)
        return int(self._options.noise_per_hour * running / self._options.time_scale / 3600)

    def delay(self) -> float:
        """Seconds the vendor adds to a call.

        Raises:
            VendorError: Above the threshold, where the tenant's API is suspended.
        """
        used = self.count / self._options.request_threshold
        if used > 1:
            raise VendorError(
                "The Autotask API request threshold of "
                f"{self._options.request_threshold} requests per hour has been exceeded.",
                status=self._options.threshold_status,
            )
        return (0.0 if used < 0.5 else 0.5 if used < 0.75 else 1.0) * self._options.time_scale  # noqa: PLR2004

    def answer(self) -> dict[str, int]:
        """The body of ThresholdInformation."""
        return {
            "externalRequestThreshold": self._options.request_threshold,
            "requestThresholdTimeframe": 60,
            "currentTimeframeRequestCount": self.count,
        }


class Threads:
    """Parallel calls per integration code and endpoint."""

    def __init__(self, options: SandboxOptions) -> None:
        self._limit = options.threads_per_endpoint
        self._running: Counter[tuple[str, str]] = Counter()
        self.highest: Counter[str] = Counter()

    def enter(self, code: str, endpoint: str) -> None:
        """Take a slot.

        Raises:
            VendorError: When all slots are taken.
        """
        key = (code, endpoint)
        self.highest[endpoint] = max(self.highest[endpoint], self._running[key] + 1)
        if self._running[key] >= self._limit:
            raise VendorError(
                f"The Autotask API thread threshold of {self._limit} threads has been exceeded. Itgenatr005", status=429
            )
        self._running[key] += 1

    def leave(self, code: str, endpoint: str) -> None:
        """Give a slot back."""
        self._running[code, endpoint] -= 1

    def forget(self) -> None:
        """Start the record of the highest parallelism again."""
        self.highest.clear()
