"""Answers from a recording instead of the vendor."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicedesk_core.http import Headers, HttpFactory, InMemoryLedger
from servicedesk_core.redaction import Redactor
from servicedesk_core.testing.clock import FakeClock
from servicedesk_core.testing.recording.masking import Masking
from servicedesk_core.testing.recording.tape import Answered, Asked, Tape

if TYPE_CHECKING:
    from servicedesk_core.http.wire import WireAnswer


class UnrecordedRequestError(AssertionError):
    """The connector asked for something that is not in the recording."""


class Replayer:
    """Gives a connector an HTTP kit that answers from a recording; nothing reaches a network.

    ::

        replay = Replayer(Path("tests/recordings/tickets.json"))
        async with opened(Acme, settings, http=replay.http, clock=replay.clock) as connector:
            ...
        assert replay.unused() == ()

    Requests are matched by method, path, query and JSON body, in any order and on any host. A request that was recorded
    several times gets its answers in their order, then the last one again.

    Args:
        path: The recording.
        secrets: What stands where the recorder masked the texts that it was given, for example the test's user name.
        connection: Name of the connection.

    Raises:
        SettingsError: The file is no recording.
    """

    def __init__(self, path: Path, *, secrets: Iterable[str] = (), connection: str = "test") -> None:
        from servicedesk_core.http._backend import ExchangeTransport  # noqa: PLC0415 - loading it takes 100 ms

        self._path = path
        self._tape = Tape.load(path)
        self._answers: dict[bytes, list[Answered]] = defaultdict(list)
        for asked, answer in self._tape.exchanges:
            self._answers[asked.key].append(answer)
        self._given: dict[bytes, int] = defaultdict(int)
        redactor = Redactor()
        for secret in secrets:
            redactor.register(secret)
        self._masking = Masking((), redactor)
        self.clock = FakeClock(self._tape.at)
        """Shows the instant of the recording, so that requests with dates match."""
        self.http = HttpFactory(
            connection=connection,
            ledger=InMemoryLedger(self.clock),
            clock=self.clock,
            redactor=redactor,
            transport=ExchangeTransport(self._exchange),
        )

    def unused(self) -> tuple[Asked, ...]:
        """Return the recorded requests that nobody made; they make a recording larger than it need be."""
        return tuple(asked for asked, _ in self._tape.exchanges if not self._given[asked.key])

    async def _exchange(
        self, method: str, url: str, content: bytes, forward: "Callable[[], Awaitable[WireAnswer]]"
    ) -> "WireAnswer":
        from servicedesk_core.http.wire import WireAnswer  # noqa: PLC0415

        del forward
        asked = self._masking.asked(Asked.of(method, url, content))
        answers = self._answers.get(asked.key)
        if not answers:
            raise UnrecordedRequestError(self._explain(asked))
        answer = answers[min(self._given[asked.key], len(answers) - 1)]
        self._given[asked.key] += 1
        return WireAnswer(answer.status, Headers(answer.headers.items()), answer.content)

    def _explain(self, asked: Asked) -> str:
        """Say what was asked, what comes nearest to it, and where the two differ."""
        head = f"{self._path.name} holds no answer to {asked.method} {asked.path}"
        again = "Record again if the connector is right to ask this."
        same = [one for one, _ in self._tape.exchanges if (one.method, one.path) == (asked.method, asked.path)]
        if not same:
            known = sorted({f"{one.method} {one.path}" for one, _ in self._tape.exchanges})
            return f"{head}. It holds: {', '.join(known[:12]) or 'nothing'}. {again}"
        nearest = max(same, key=lambda one: SequenceMatcher(None, one.key, asked.key).ratio())
        places = [
            *_differences(dict(nearest.params), dict(asked.params), "query"),
            *_differences(nearest.body, asked.body, "body"),
        ]
        return f"{head} as it was asked. The nearest recorded one differs in {'; '.join(places[:5])}. {again}"


def _differences(recorded: Any, asked: Any, place: str) -> Iterator[str]:
    if isinstance(recorded, dict) and isinstance(asked, dict):
        for name in dict.fromkeys((*recorded, *asked)):
            yield from _differences(recorded.get(name), asked.get(name), f"{place}.{name}")
    elif isinstance(recorded, list) and isinstance(asked, list) and len(recorded) == len(asked):
        for number, (one, other) in enumerate(zip(recorded, asked, strict=True)):
            yield from _differences(one, other, f"{place}[{number}]")
    elif recorded != asked:
        yield f"{place}: recorded {_short(recorded)}, asked {_short(asked)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
