"""What came of a major incident, for ourselves or for one of its clients. Pure but for the promises that it reads."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Final

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import Column, Desk
from servicedesk_core.features.incidents.model import Happened, IncidentEvent, IncidentState, UnderIncident
from servicedesk_core.features.incidents.rules import Reader, safe
from servicedesk_core.features.incidents.tables import Whole, key_of, told_on
from servicedesk_core.features.sla import promises
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.told import Update
from servicedesk_core.wording import counted

_EVER: Final = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """What came of a major incident. Times are in seconds."""

    number: Annotated[int, Column("Its number.", leads="incidents.show")]
    desk: Annotated[str, Column("Name of the desk.")]
    title: Annotated[str, Column("What people call it.")]
    state: Annotated[IncidentState, Column("Where it stands.")]
    client: Annotated[str | None, Column("For which client it is; nothing = for ourselves.")]
    owner: Annotated[str | None, Column("Who looked after it; no client reads it.")]
    began_at: Annotated[datetime | None, Column("When the first ticket was there.")]
    declared_at: Annotated[datetime, Column("When it was declared.")]
    first_told_at: Annotated[datetime | None, Column("When clients were told first.")]
    closed_at: Annotated[datetime | None, Column("When it was closed.")]
    to_declare_s: Annotated[int | None, Column("From the first ticket until it was declared.")]
    to_first_update_s: Annotated[int | None, Column("From the first ticket until clients were told first.")]
    to_close_s: Annotated[int | None, Column("From the first ticket until it was closed.")]
    tickets_hit: Annotated[int, Column("How many tickets stood under it.")]
    clients_hit: Annotated[int | None, Column("Of how many clients; no client reads it.")]
    in_time: Annotated[int, Column("How many updates were told in time.")]
    late: Annotated[int, Column("How many were told late.")]
    promises_kept: Annotated[int, Column("How many promises on the tickets were kept.")]
    promises_missed: Annotated[int, Column("How many were not.")]
    said: Annotated[str | None, Column("What was said last.")]
    tickets: Annotated[tuple[UnderIncident, ...], Column("The tickets.")]
    timeline: Annotated[tuple[IncidentEvent, ...], Column("What happened, in order.")]
    timezone: Annotated[str, Column("Zone in which people read its instants.")]


def reported(tx: Tx, one: Whole, desk: Desk, client: str | None) -> IncidentReport:
    """Return what came of an incident.

    Args:
        tx: Any transaction.
        one: The incident, as far as somebody sees it.
        desk: The desk.
        client: For which client.

    Raises:
        NotFoundLocallyError: No ticket of such a client was under it.
    """
    is_ours = client is None and not one.others
    if client is not None:
        one = _for_client(tx, one, client)
    now = desk.clock.now()
    began_at = min((each.created_at for each in one.standing if each.created_at is not None), default=None)
    told = [each for each in one.updates if each.told_at is not None]
    first = min((each.told_at for each in told if each.told_at is not None), default=None)
    in_time = sum(each.told_at is not None and each.told_at <= each.due_at for each in told)
    kept, missed = _promises(tx, [each.local_id for each in one.standing], now)
    row, timeline = one.row(now), events(one)

    def until(at: datetime | None) -> int | None:
        return None if at is None or began_at is None else max(0, round((at - began_at).total_seconds()))

    return IncidentReport(
        number=row.number,
        desk=desk.name,
        title=row.title,
        state=row.state,
        client=one.readers[0].name if client is not None else None,
        owner=row.owner if is_ours else None,
        began_at=began_at,
        declared_at=row.declared_at,
        first_told_at=first,
        closed_at=row.closed_at,
        to_declare_s=until(row.declared_at),
        to_first_update_s=until(first),
        to_close_s=until(row.closed_at),
        tickets_hit=row.tickets,
        clients_hit=row.clients if is_ours else None,
        in_time=in_time,
        late=len(told) - in_time,
        promises_kept=kept,
        promises_missed=missed,
        said=row.said,
        tickets=one.standing if is_ours else tuple(replace(each, linked_by="") for each in one.standing),
        timeline=timeline if is_ours else tuple(replace(each, by="") for each in timeline),
        timezone=desk.timezone,
    )


def events(one: Whole) -> tuple[IncidentEvent, ...]:
    """Return what happened to an incident, in order, as far as somebody sees it."""
    found = [
        IncidentEvent(one.head.declared_at, Happened.DECLARED, one.head.declared_by, safe(one.head.title, one.others))
    ]
    numbers = {each.local_id: each.ticket for each in one.tickets}
    put = [(link.linked_at, link.linked_by, numbers[link.ticket_id]) for link in one.links]
    out = [
        (link.unlinked_at, link.unlinked_by or "", numbers[link.ticket_id])
        for link in one.links
        if link.unlinked_at is not None
    ]
    found += [*_linked(Happened.LINKED, put), *_linked(Happened.UNLINKED, out)]
    found += [IncidentEvent(each.at, Happened.UPDATE, each.by, _said(each, one.others)) for each in one.updates]
    if one.head.closed_at is not None:
        said = safe(one.head.said or "", one.others)
        found.append(IncidentEvent(one.head.closed_at, Happened.CLOSED, one.head.closed_by or "", said))
    found.sort(key=lambda each: (each.at, _ORDER[each.what]))
    return tuple(replace(each, by=each.by.removeprefix("user:")) for each in found)


_ORDER: Final = {what: rank for rank, what in enumerate(Happened)}


def _linked(what: Happened, links: Iterable[tuple[datetime, str, str]]) -> Iterator[IncidentEvent]:
    for (at, by), several in groupby(links, key=lambda link: link[:2]):
        yield IncidentEvent(at, what, by, ", ".join(number for *_, number in several))


def _said(one: Update, others: Collection[Reader]) -> str:
    text = safe(one.text, others)
    if others or one.sent == one.notes:
        return text
    return f"{text} ({counted(one.sent, 'note')} of {one.notes:,} sent)"


def _for_client(tx: Tx, one: Whole, word: str) -> Whole:
    """Return an incident as one of its clients may read of it.

    Raises:
        NotFoundLocallyError: No ticket of such a client was under it, or several are called so.
    """
    unseen = {each.key for each in one.others}
    seen = [each for each in one.readers if each.key not in unseen]
    meant = [each for each in seen if word.casefold() in {called.casefold() for called in _called(each) if called}]
    if not meant:
        near = did_you_mean(word, [each.name for each in seen])
        message = f'No ticket of a client "{word}" was under incident {one.head.id}.{near}'
        raise NotFoundLocallyError(message, hint="Name one of those that `servicedesk incidents show` names.")
    if len(meant) > 1:
        message = f'{counted(len(meant), "client")} under incident {one.head.id} could be "{word}".'
        raise NotFoundLocallyError(message, hint=f"Name one: {', '.join(':'.join(each.key) for each in meant)}.")
    key = meant[0].key
    mine = tuple(each for each in one.tickets if key_of(each) == key)
    ids = {each.local_id for each in mine}
    told = told_on(tx, one.head.id, ids)
    return replace(
        one,
        parent=None,
        tickets=mine,
        links=tuple(link for link in one.links if link.ticket_id in ids),
        updates=tuple(replace(each, told_at=told[each.id]) for each in one.updates if each.id in told),
        readers=tuple(meant),
        others=tuple(each for each in one.readers if each.key != key),
    )


def _called(one: Reader) -> tuple[str, ...]:
    """Return by what a client can be named; with its connection that is one client alone."""
    return one.name, one.key[1], ":".join(one.key)


def _promises(tx: Tx, tickets: Collection[int], now: datetime) -> tuple[int, int]:
    """Return how many promises on tickets were kept, and how many were not."""
    kept = missed = 0
    for each in (one for several in promises(tx, tickets, now, since=_EVER).values() for one in several):
        is_late = each.due_at is not None and each.due_at < (each.stopped_at or now)
        missed += is_late
        kept += not is_late and each.stopped_at is not None
    return kept, missed
