"""Records the exchanges of a live connection."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from servicedesk_core.clock import SystemClock
from servicedesk_core.http import HttpFactory, InMemoryLedger
from servicedesk_core.redaction import Redactor
from servicedesk_core.testing.recording.masking import Masking
from servicedesk_core.testing.recording.tape import Answered, Asked, Tape, body_of

if TYPE_CHECKING:
    from servicedesk_core.http.wire import WireAnswer


class StandingClock(SystemClock):
    """Shows one instant, so that a replay can ask for exactly the same; waits take their real time."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    def now(self) -> datetime:
        """Return the instant."""
        return self._instant


class Recorder:
    """Gives a connector an HTTP kit that records. It grants no writes: a recording changes nothing at the vendor.

    ::

        recorder = Recorder(personal={"emailAddress", "firstName", "lastName", "phone"})
        async with opened(Acme, settings, http=recorder.http, clock=recorder.clock) as connector:
            ...
        recorder.save(Path("tests/recordings/tickets.json"))

    Credentials are never recorded. Secrets of the connection's profile are masked wherever they appear; so are values
    of fields with telling names, and what personal fields hold, also inside other texts. Look at the file before you
    publish it: only you know which texts of your desk are confidential.

    Args:
        personal: Names of JSON fields that hold what belongs to persons.
        secrets: More texts to mask, for example the tenant's name.
        connection: Name of the connection.
    """

    def __init__(self, *, personal: Iterable[str] = (), secrets: Iterable[str] = (), connection: str = "test") -> None:
        from servicedesk_core.http._backend import ExchangeTransport  # noqa: PLC0415 - loading it takes 100 ms

        self._redactor = Redactor()
        for secret in secrets:
            self._redactor.register(secret)
        self._masking = Masking(personal, self._redactor)
        self._exchanges: list[tuple[Asked, Answered]] = []
        self.clock = StandingClock(SystemClock().now())
        self.http = HttpFactory(
            connection=connection,
            ledger=InMemoryLedger(self.clock),
            clock=self.clock,
            redactor=self._redactor,
            transport=ExchangeTransport(self._exchange),
        )

    @property
    def tape(self) -> Tape:
        """What was recorded so far, masked."""
        return self._masking.tape(Tape(self.clock.now(), tuple(self._exchanges)))

    def save(self, path: Path) -> None:
        """Write the recording."""
        self.tape.save(path)

    async def _exchange(
        self, method: str, url: str, content: bytes, forward: "Callable[[], Awaitable[WireAnswer]]"
    ) -> "WireAnswer":
        answer = await forward()
        told = Answered(answer.status, dict(answer.headers.items()), body_of(answer.content))
        self._exchanges.append((Asked.of(method, url, content), told))
        return answer
