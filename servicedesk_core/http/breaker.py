"""Circuit breaker: stops asking a vendor that is down, and finds out cheaply when it is back."""

import logging

from servicedesk_core.errors import VendorUnavailableError
from servicedesk_core.http.policy import BreakerPolicy
from servicedesk_core.ports import Clock

_log = logging.getLogger("servicedesk.http")


class CircuitBreaker:
    """Counts consecutive failures; open = refuse at once; after a while lets one probe through.

    Args:
        policy: When to open and for how long.
        clock: Measures.
        connection: For messages.
    """

    def __init__(self, policy: BreakerPolicy, clock: Clock, connection: str) -> None:
        self._policy = policy
        self._clock = clock
        self._connection = connection
        self._failures = 0
        self._open_until: float | None = None
        self._probing = False
        self._reason = ""

    def enter(self) -> bool:
        """Ask to send a request.

        Returns:
            Whether the request is the probe; hand it to :meth:`leave`.

        Raises:
            VendorUnavailableError: The circuit is open, or another request is the probe.
        """
        if self._open_until is None:
            return False
        self.look_again()
        if self._probing:
            raise self._held_back()
        self._probing = True
        return True

    def look_again(self) -> None:
        """Ask once more, for a request that entered and then had to wait.

        Raises:
            VendorUnavailableError: The circuit has opened meanwhile.
        """
        if self._left_s() > 0:
            raise self._held_back()

    def leave(self, *, probe: bool) -> None:
        """End a request, however it ended; without a verdict the next request becomes the probe."""
        if probe:
            self._probing = False

    def succeeded(self) -> None:
        """Record that the vendor answered."""
        self._failures = 0
        if self._open_until is not None:
            self._open_until = None
            _log.info("%s: the vendor answers again", self._connection)

    def failed(self, reason: str) -> None:
        """Record that the vendor could not be reached or could not serve.

        Args:
            reason: How that was told; repeated by what is held back.
        """
        self._reason = reason
        self._failures += 1
        if self._failures < self._policy.failures and self._open_until is None:
            return
        if self._open_until is None:
            _log.warning(
                "%s: %d failures in a row; holding requests back for %g s at a time. The last one: %s",
                self._connection,
                self._failures,
                self._policy.open_s,
                reason,
            )
        self._open_until = self._clock.monotonic() + self._policy.open_s

    def _left_s(self) -> float:
        return 0.0 if self._open_until is None else self._open_until - self._clock.monotonic()

    def _held_back(self) -> "CircuitOpenError":
        return CircuitOpenError(
            f"The vendor failed {self._failures} times in a row; requests are held back. The last time: {self._reason}",
            retry_after_s=max(self._left_s(), 1.0),
            hint="They go on by themselves when the vendor answers again.",
            connection=self._connection,
        )


class CircuitOpenError(VendorUnavailableError):
    """The request was held back; nothing was sent."""
