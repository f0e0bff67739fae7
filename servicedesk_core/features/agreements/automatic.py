"""What the desk can do about agreements without being asked: make the opportunity of one that comes to its end."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from servicedesk_core.errors import WriteError
from servicedesk_core.faces import AutomaticAct, Facts, Moot, Period, Suggestion
from servicedesk_core.faces.automatic import id_of
from servicedesk_core.features.agreements.kinds import AGREEMENTS, RENEWALS, policy_at
from servicedesk_core.features.agreements.model import Offered
from servicedesk_core.features.agreements.offers import CREATE, intent_of, key_of, offer_of
from servicedesk_core.features.agreements.rules import State
from servicedesk_core.features.agreements.signals import Said, Signals
from servicedesk_core.features.agreements.tables import Standing, agreements_on
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite

_MADE_FOR: Final = "Its notice deadline is {0}, and nothing takes its place."
_ANYWHERE: Final = (timedelta(hours=-12), timedelta(0), timedelta(hours=14))
"""How far zones are from UTC: the desk's own is not known where a write is looked at once more."""
_OPEN: Final = frozenset({Offered.NONE, Offered.WAITING})
_WANTED: Final = frozenset({State.DUE, State.LATE})


def suggestions(tx: Tx, desk: Any, now: datetime) -> Iterator[Suggestion]:
    """Yield the agreements whose notice deadline comes near, and of whose term no opportunity was ever made."""
    zone = ZoneInfo(desk.timezone)
    signals: Signals | None = None
    for one in _wanted(tx, now.astimezone(zone).date(), now):
        offer = offer_of(tx, one)
        if offer.offered not in _OPEN:
            continue
        signals = signals or Signals(tx, now, zone)
        yield from _suggested(tx, one, signals.of((one.source_id, one.company or "")), offer.key)


def past(tx: Tx, desk: Any, period: Period) -> Iterator[Suggestion]:
    """Yield the agreements of today whose first reminder lay within a period."""
    zone = ZoneInfo(desk.timezone)
    before = timedelta(days=policy_at(tx, period.end).before_days[0])
    for one in _wanted(tx, period.end.astimezone(zone).date(), period.end):
        at = datetime.combine(one.term.deadline - before, time(), zone)
        if period.start <= at < period.end:
            yield from _suggested(tx, one, (), key_of(one), at=at)


def still(tx: Tx, write: StoredWrite, now: datetime) -> Facts | Moot:
    """Return the facts of an agreement whose opportunity is to be made, or why nobody wants it any more."""
    ref, _, term_end = write.aggregate.removeprefix("agreements:").rpartition(":")
    for day in sorted({(now + hours).date() for hours in _ANYWHERE}):
        for one in _wanted(tx, day, now):
            if one.connection == write.connection and one.ref == ref and str(one.term.end) == term_end:
                return _facts(one)
    return Moot("The agreement ended, goes on, or something takes its place.")


def _wanted(tx: Tx, day: date, now: datetime) -> list[Standing]:
    return [one for one in agreements_on(tx, day, now) if one.followed_by is None and one.state in _WANTED]


def _suggested(
    tx: Tx, one: Standing, said: Iterable[Said], key: str, at: datetime | None = None
) -> Iterator[Suggestion]:
    why = _MADE_FOR.format(one.term.deadline)
    try:
        intent = intent_of(tx, one, said, reason=why, request_id=key)
    except WriteError:  # nobody owns the account: `agreements offer` says so
        return
    yield Suggestion(intent, _facts(one), (why,), at=at)


def _facts(one: Standing) -> Facts:
    return {"client": (one.client, id_of(one.connection, one.company or ""))}


ACTS: Final = (
    AutomaticAct(
        "agreements.offer",
        "Makes the opportunity of an agreement whose notice deadline comes near.",
        kinds=(CREATE,),
        suggests=f"{__name__}:suggestions",
        past=f"{__name__}:past",
        still=f"{__name__}:still",
        rules=(RENEWALS.name, AGREEMENTS.name),
    ),
)
"""What it can do."""
