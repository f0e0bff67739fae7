"""Who is on shift, and who is out."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final, Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.rota.model import Presence, Turn
from servicedesk_core.features.rota.rules import Rota, Span
from servicedesk_core.features.rota.tables import rota_of
from servicedesk_core.features.skills import crew
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)


class RosteredDesk(ConfiguredDesk, Protocol):
    """A desk that knows which technician acts on it."""

    @property
    def technician(self) -> tuple[str, str] | None:
        """Which technician that is: the connection, and the vendor's id."""
        ...


class RotaQueries(Namespace[Manner]):
    """Who is on shift, and who is out."""

    desk: RosteredDesk

    @query(
        "rota.show",
        about="Who is on shift when, and who is out.",
        needs=Capability.INTERNAL,
        empty="Nobody has a shift then: write [shifts.NAME] into the definitions and apply them, or see another day.",
    )
    def show(
        self,
        tx: Tx,
        *,
        day: Annotated[date | None, Help("That day [default: today].")] = None,
        week: Annotated[bool, Help("The whole week of that day, from Monday on.")] = False,
        technician: Annotated[str | None, Help("Only of this one, by the name in the definitions.")] = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Turn]:
        """Show who is on shift on a day or in a week, and who is out.

        Who is out, and why, is told with the right to see absences; everybody sees their own. The rota belongs to no
        client: within a scope nobody but whoever asks is shown.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        who, zone = crew(tx, self.desk.roster), ZoneInfo(self.desk.timezone)
        first = day or self.desk.clock.now().astimezone(zone).date()
        first -= first.weekday() * _DAY if week else timedelta()
        days = [first + number * _DAY for number in range(7 if week else 1)]
        own = who.called(tx, self.desk.technician)
        whole = Span(datetime.combine(days[0], time(), zone), datetime.combine(days[-1] + _DAY, time(), zone))
        rota = rota_of(tx, who, zone, resting=whole)
        names = {*rota.technicians, *(one.technician for one in rota.away)}
        seen = names & own if scope is not None else names
        told = seen if scope is None and self.desk.may(Capability.ABSENCES) else seen & own
        found = (
            turn
            for turn in (*_on_shift(rota, days), *_out(rota, days))
            if turn.technician in (told if turn.presence is Presence.OUT else seen)
            and technician in (None, turn.technician)
        )
        return piece(Page(tuple(found)), Turn, by="day,starts_at,technician", sort=sort, after=after, limit=limit)


def _on_shift(rota: Rota, days: list[date]) -> Iterator[Turn]:
    start, end = _midnight(rota, days[0]), _midnight(rota, days[-1] + _DAY)
    for technician in rota.technicians:
        for span in rota.works(technician, start, end):
            day = span.start.astimezone(rota.zone).date()
            yield Turn(day, technician, Presence.ON_SHIFT, *span, span.length // _SECOND, None)


def _out(rota: Rota, days: list[date]) -> Iterator[Turn]:
    start, end = _midnight(rota, days[0]), _midnight(rota, days[-1] + _DAY)
    for one in (*rota.out(start, end), *rota.rests):
        if one.start < end and start < one.end:
            day = max(one.start, start).astimezone(rota.zone).date()
            presence = Presence.RESTS if one in rota.rests else Presence.OUT
            yield Turn(day, one.technician, presence, one.start, one.end, None, one.reason or None)


def _midnight(rota: Rota, day: date) -> datetime:
    return datetime.combine(day, time(), rota.zone)
