"""How often an organisation may be asked: at once, in a minute, in a day."""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from servicedesk_core.sandboxing import Response
from servicedesk_xero.sandbox.options import SandboxOptions

AT_ONCE: Final = 5
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_APP_A_MINUTE: Final = 10_000


class Limits:
    """Counts the calls of one organisation.

    Args:
        options: How many it allows.
    """

    def __init__(self, options: SandboxOptions) -> None:
        self._most = {_MINUTE: options.requests_per_minute, _DAY: options.requests_per_day}
        self._calls: deque[datetime] = deque()

    def refused(self, now: datetime, open_calls: int) -> Response | None:
        """Count a call, and return its refusal if it is one too many."""
        while self._calls and self._calls[0] <= now - _DAY:
            self._calls.popleft()
        if open_calls > AT_ONCE:
            return _too_many("concurrent", 1)
        for window, word in ((_DAY, "day"), (_MINUTE, "minute")):
            within = [at for at in self._calls if at > now - window]
            if len(within) >= self._most[window]:
                return _too_many(word, int((within[0] + window - now).total_seconds()) + 1)
        self._calls.append(now)
        return None

    def told(self, now: datetime) -> dict[str, str]:
        """Return the header fields that say how many calls are left."""
        in_minute = sum(1 for at in self._calls if at > now - _MINUTE)
        return {
            "X-DayLimit-Remaining": str(max(self._most[_DAY] - len(self._calls), 0)),
            "X-MinLimit-Remaining": str(max(self._most[_MINUTE] - in_minute, 0)),
            "X-AppMinLimit-Remaining": str(_APP_A_MINUTE - in_minute),
        }


def _too_many(word: str, seconds: int) -> Response:
    return Response(429, headers={"Retry-After": str(seconds), "X-Rate-Limit-Problem": word})
