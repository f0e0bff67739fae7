"""When technicians are free, and how full their days are: shifts without leave, appointments and work. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from servicedesk_core.features.rota.rules import Rota, Span, cut, joined, without

_NO_TIME = timedelta()


@dataclass(frozen=True, slots=True)
class Load:
    """How full the time of a technician is.

    Attributes:
        committed: Appointments, and work that they have to do and that has no hour.
        available: For how long they work.
    """

    committed: timedelta
    available: timedelta

    @property
    def share(self) -> float:
        """Committed by available; 1 and more is full. Whoever does not work, or has no end of work, is full."""
        return self.committed / self.available if self.available else 1.0


class FreeTime:
    """The time of technicians. What is booked outside of a shift takes none of it.

    Args:
        rota: Who works when.
        booked: When somebody has an appointment, by the name of the technician; several at a time count once.
        work: How much a technician has to do that has no hour: estimates of what they can begin.
    """

    def __init__(
        self, rota: Rota, booked: Mapping[str, Iterable[Span]], work: Mapping[str, timedelta] | None = None
    ) -> None:
        self.rota = rota
        self._booked = {name: (*joined(spans),) for name, spans in booked.items()}
        self._work = dict(work or {})

    def work(self, technician: str) -> timedelta:
        """Return how much a technician has to do that has no hour."""
        return self._work.get(technician, _NO_TIME)

    def give(self, technician: str, work: timedelta) -> None:
        """Add work without an hour to what a technician has to do; a negative one is taken from it."""
        self._work[technician] = max(_NO_TIME, self.work(technician) + work)

    def book(self, technician: str, span: Span) -> None:
        """Add an appointment of a technician."""
        self._booked[technician] = (*joined((*self._booked.get(technician, ()), span)),)

    def is_free(self, technician: str, span: Span) -> bool:
        """Whether a technician works all of a span, and has no appointment then."""
        return any(one == span for one in self.slots(technician, *span))

    def booked(self, technician: str, start: datetime, end: datetime) -> tuple[Span, ...]:
        """Return when a technician has an appointment in ``[start, end)``, on shift or not; earliest first."""
        return tuple(cut(self._booked.get(technician, ()), start, end))

    def slots(
        self,
        technician: str,
        start: datetime,
        end: datetime,
        *,
        at_least: timedelta = _NO_TIME,
        behind_work: bool = False,
    ) -> tuple[Span, ...]:
        """Return when a technician works in ``[start, end)`` and has no appointment; earliest first.

        Args:
            technician: Who.
            start: From when on.
            end: Until when.
            at_least: Only what lasts so long.
            behind_work: Without the first of it, which what they have to do takes.
        """
        works = self.rota.works(technician, start, end)
        free: Iterable[Span] = without(works, self._booked.get(technician, ()))
        if behind_work:
            free = _behind(free, self.work(technician))
        return tuple(span for span in free if span.length >= at_least)

    def left(self, technician: str, at: datetime) -> timedelta:
        """Return how much of a technician's shifts of this day is left, without time out and appointments."""
        spans = without(self.rota.remaining(technician, at), self._booked.get(technician, ()))
        return sum((span.length for span in spans), _NO_TIME)

    def can_start(
        self, technician: str, at: datetime, until: datetime, *, at_least: timedelta = _NO_TIME
    ) -> datetime | None:
        """Return when a technician can begin something, from an instant on; ``None`` = not until another one.

        Work without an hour delays nothing: what is more urgent is taken first.

        Args:
            technician: Who.
            at: From when on.
            until: How far to look.
            at_least: How long they must be free then without a break.
        """
        return next((span.start for span in self.slots(technician, at, until, at_least=at_least)), None)

    def load(self, technician: str, start: datetime, end: datetime) -> Load:
        """Return how full ``[start, end)`` is: appointments in it and work without an hour, by the hours of shifts."""
        works = self.rota.works(technician, start, end)
        available = sum((span.length for span in works), _NO_TIME)
        free = sum((span.length for span in without(works, self._booked.get(technician, ()))), _NO_TIME)
        return Load(available - free + self.work(technician), available)

    def doubled(self, technician: str, span: Span) -> bool:
        """Whether a technician has an appointment at some time of a span."""
        return bool(self.booked(technician, *span))


def _behind(free: Iterable[Span], work: timedelta) -> Iterator[Span]:
    """Yield what is left of free time when the first of it is worked away."""
    for span in free:
        taken = min(work, span.length)
        work -= taken
        if taken < span.length:
            yield Span(span.start + taken, span.end)
