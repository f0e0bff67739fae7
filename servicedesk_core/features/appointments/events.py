"""Appointments in technicians' own calendars: what these shall show, and what is to be written so that they do."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection as Tx
from sqlalchemy import select

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain.calendars import CANCEL, PUT, uid_of
from servicedesk_core.domain.comparing import same
from servicedesk_core.domain.writing import AT_VENDOR, BLOCKING, Intent, WriteState
from servicedesk_core.faces import AutomaticAct, Facts, Moot, Period, Suggestion
from servicedesk_core.faces.automatic import id_of
from servicedesk_core.features.appointments.kinds import EVENTS, CalendarEvents
from servicedesk_core.features.appointments.tables import Visit, visits
from servicedesk_core.features.calendars import AHEAD, reads
from servicedesk_core.features.definitions import newest_values
from servicedesk_core.features.skills import Crew, crew
from servicedesk_core.store import sources
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.schema import outbox

NAME: Final = "appointments.events"
SHOWN: Final = ("start_at", "end_at", "summary")
"""What of an event is ours; what its owner adds stays."""

_AGGREGATE: Final = "events:"
_LOOKED_BACK: Final = AHEAD + timedelta(days=30)
"""Nothing is put into a calendar longer before, so that what stands there was written since."""

Which = tuple[str, str]
"""An appointment: its connection and the vendor's id."""


class _Written(NamedTuple):
    """The last write of an event that its calendar has."""

    number: int
    kind: str
    aggregate: str
    values: Mapping[str, Any]


def suggestions(
    tx: Tx, desk: ConfiguredDesk, now: datetime, only: Collection[Which] | None = None
) -> Iterator[Suggestion]:
    """Yield what is to be written so that calendars show the appointments of the next weeks, the earliest first.

    What is under way to a calendar is waited for.

    Args:
        tx: Any transaction.
        desk: The desk.
        now: The present.
        only: Only these appointments; ``None`` = all.
    """
    calendars = _calendars(tx, desk)
    if not calendars:
        return
    rule, who = _rule(tx), crew(tx, desk.roster)
    written, under_way = _written(tx, {*calendars.values()}, now)
    stands = set[tuple[str, str]]()
    for visit in visits(tx, now, now + AHEAD, only=only):
        for ref in visit.technician_refs:
            name = who.names.get((visit.source_id, ref))
            if name is None or (calendar := calendars.get(name)) is None:
                continue
            key = calendar, uid_of(visit.connection, visit.appointment, ref)
            stands.add(key)
            last, wanted = written.get(key), _values(visit, name, rule)
            before = last.values if last is not None and last.kind == PUT else {}
            if key in under_way or (before and all(same(before.get(one), wanted[one]) for one in SHOWN)):
                continue
            label = f"{visit.called}, {name}: {visit.start_at:%Y-%m-%d %H:%M}"
            intent = _intent(key, PUT, wanted, last, aggregate=_aggregate(visit, key[1]), label=label)
            why = f"{visit.called} is booked then, and {name} goes."
            yield Suggestion(intent, _facts(tx, visit, name, who), (why,))
    for key, last in written.items():
        if last.kind != PUT or key in stands or key in under_way or _is_over(last, now):
            continue
        name = str(last.values["technician"])
        which = which_of(last.aggregate)
        may = CANCEL in desk.settings.connections[key[0]].writes and calendars.get(name) == key[0]
        if may and (only is None or which in only):
            visit_now = next(visits(tx, None, None, only=[which]), None)
            label = f"{visit_now.called if visit_now else which[1]}, {name}: not any more"
            intent = _intent(key, CANCEL, {"technician": name}, last, aggregate=last.aggregate, label=label)
            why = f"{name} has no such appointment any more."
            yield Suggestion(intent, _facts(tx, visit_now, name, who), (why,))


def past(tx: Tx, desk: ConfiguredDesk, period: Period) -> Iterator[Suggestion]:
    """Yield the events that would have been put within a period, of appointments as they stand now."""
    calendars, who, rule = _calendars(tx, desk), crew(tx, desk.roster), _rule(tx)
    for visit in visits(tx, period.start, period.end + AHEAD) if calendars else ():
        at = max(visit.start_at - AHEAD, visit.created_at or visit.start_at - AHEAD)
        if not period.start <= at < period.end:
            continue
        for ref in visit.technician_refs:
            name = who.names.get((visit.source_id, ref))
            if name is not None and (calendar := calendars.get(name)) is not None:
                key = calendar, uid_of(visit.connection, visit.appointment, ref)
                label = f"{visit.called}, {name}: {visit.start_at:%Y-%m-%d %H:%M}"
                wanted = _values(visit, name, rule)
                intent = _intent(key, PUT, wanted, None, aggregate=_aggregate(visit, key[1]), label=label)
                facts = _facts(tx, visit, name, who)
                yield Suggestion(intent, facts, (f"{visit.called} was booked.",), at=at)


def still(tx: Tx, write: StoredWrite, now: datetime) -> Facts | Moot:
    """Return the facts of an event that is to be written, or why nobody wants it any more."""
    which, name = which_of(write.aggregate), str(write.values.get("technician", ""))
    visit = next(visits(tx, None, None, only=[which]), None)
    booked = visit is not None and visit.stands and visit.end_at > now
    facts = _facts(tx, visit, name, crew(tx, {}))
    goes = visit is not None and any(uid_of(*which, ref) == write.target for ref in visit.technician_refs)
    if write.kind == CANCEL:
        shows = booked and goes and visit is not None and visit.start_at < now + AHEAD
        return Moot(f"{name} has that appointment again.") if shows else facts
    if visit is None or not booked:
        return Moot("The appointment was cancelled, or is over.")
    if not goes:
        return Moot(f"{name} does not go there any more.")
    if not (same(visit.start_at, write.values.get("start_at")) and same(visit.end_at, write.values.get("end_at"))):
        return Moot("The appointment was moved since.")
    return facts


def written_by_us(tx: Tx, kinds: Iterable[str], now: datetime) -> set[Which]:
    """Return which appointments the desk itself wrote lately: what others book is theirs."""
    o = outbox.c
    query = select(o.connection, o.ref, o.target).where(
        o.kind.in_([*kinds]), o.state.in_(tuple(AT_VENDOR)), o.proposed_at > now - _LOOKED_BACK
    )
    return {(connection, ref or target) for connection, ref, target in tx.execute(query)}


def _calendars(tx: Tx, desk: ConfiguredDesk) -> dict[str, str]:
    """Return the connection that may write somebody's calendar, by their names: of several the first."""
    return {
        name: one.connection
        for one in reversed(reads(tx))
        if (set_up := desk.settings.connections.get(one.connection)) is not None and PUT in set_up.writes
        for name in one.technicians
    }


def _rule(tx: Tx) -> CalendarEvents:
    return next(iter(newest_values(tx, EVENTS)), CalendarEvents())


def _values(visit: Visit, name: str, rule: CalendarEvents) -> dict[str, Any]:
    times = {"start_at": visit.start_at.isoformat(), "end_at": visit.end_at.isoformat()}
    summary = rule.title(ticket=visit.ticket, client=visit.client, title=visit.title)
    return {"technician": name, **times, "summary": summary}


def _written(tx: Tx, connections: Collection[str], now: datetime) -> tuple[dict[Which, _Written], set[Which]]:
    """Return the last write that calendars have of each event, and the events of which one is under way."""
    o = outbox.c
    query = select(o.id, o.connection, o.target, o.kind, o.aggregate, o.new_values, o.state).where(
        o.kind.in_((PUT, CANCEL)), o.connection.in_([*connections]), o.proposed_at > now - _LOOKED_BACK
    )
    last, under_way = dict[Which, _Written](), set[Which]()
    for number, connection, target, kind, aggregate, values, state in tx.execute(query.order_by(o.id)):
        if state in AT_VENDOR:
            last[connection, target] = _Written(number, kind, aggregate, values)
        elif WriteState(state) in BLOCKING:
            under_way.add((connection, target))
    return last, under_way


def _intent(
    key: Which, kind: str, values: Mapping[str, Any], last: _Written | None, *, aggregate: str, label: str
) -> Intent:
    """Return the write. Its request is the same as long as the calendar shows the same: it is made once."""
    told = sha256(orjson.dumps([kind, dict(values)], option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    request_id = f"{NAME}:{key[0]}:{key[1]}:{last.number if last is not None else 0}:{told}"
    shown = last.values if last is not None and last.kind == PUT else {}
    base = {one: shown.get(one) for one in SHOWN}
    return Intent(key[0], kind, aggregate, label, values, target=key[1], base=base, request_id=request_id)


def which_of(aggregate: str) -> Which:
    """Return the appointment of an event."""
    connection, _, rest = aggregate.removeprefix(_AGGREGATE).partition("/")
    return connection, rest.rpartition("/")[0]


def _aggregate(visit: Visit, uid: str) -> str:
    return f"{_AGGREGATE}{visit.connection}/{visit.appointment}/{uid}"


def _is_over(last: _Written, now: datetime) -> bool:
    return datetime.fromisoformat(last.values["end_at"]) <= now


def _facts(tx: Tx, visit: Visit | None, name: str, who: Crew) -> Facts:
    """Return what the scope of a standing approval is held against."""
    connections = {one.id: one.name for one in sources.all(tx)}
    ids = tuple(id_of(connections[one.source_id], one.external_id) for one in who.meant.get(name, ()))
    told = {"technician": (name, *ids)}
    if visit is not None and visit.company_ref:
        client = (visit.client, id_of(visit.connection, visit.company_ref))
        told["client"] = tuple(one for one in client if one)
    return told


ACTS: Final = (
    AutomaticAct(
        NAME,
        "Keeps appointments in technicians' own calendars, where a connection may write these.",
        kinds=(PUT, CANCEL),
        suggests=f"{__name__}:suggestions",
        past=f"{__name__}:past",
        still=f"{__name__}:still",
        rules=(EVENTS.name,),
        by_job=False,
    ),
)
