"""When somebody first answered a client, of what the store tells."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from servicedesk_core.faces.measure import percentile
from servicedesk_core.features.sla.past.model import Answered, FirstAnswer, ResponseBy
from servicedesk_core.features.sla.tables import told
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.population import outside, standing
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS

_T = RECORDS["tickets"].c
_AT_ONCE: Final = 5_000
_SECOND_US: Final = 1_000_000
_STREAMS: Final = {ResponseBy.CLIENT: "companies", ResponseBy.QUEUE: "queues", ResponseBy.TECHNICIAN: "technicians"}


class Answer(NamedTuple):
    """The first answer on a ticket, or that there is none yet.

    Attributes:
        ticket_id: The desk's own number of the ticket.
        group: Name of what it is counted under.
        at: When it was; ``None`` = nobody has answered.
        after_s: Seconds from the creation of the ticket; ``None`` = nobody has answered.
        is_told: Whether only the vendor says so.
        whose: The connection and the vendor's id of what it is counted under.
    """

    ticket_id: int
    group: str | None
    at: datetime | None
    after_s: int | None
    is_told: bool
    whose: tuple[str, str | None] | None


class _Counted(NamedTuple):
    """See :class:`Answer`."""

    ticket_id: int
    source_id: int
    ref: str | None
    at: datetime | None = None
    after_s: int | None = None
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class _First:
    at_us: int
    who: str | None
    is_told: bool


def answers(
    tx: Tx,
    where: Sequence[ColumnElement[Any]],
    period: tuple[datetime, datetime],
    by: ResponseBy,
    scope: Scope | None,
    *,
    between_us: Callable[[int, int], int],
) -> list[Answer]:
    """Return the first answers that lie in a period, and the open tickets that had none at its end.

    Args:
        tx: Any transaction.
        where: Which tickets.
        period: First instant, and the first one after it.
        by: What they are divided by.
        scope: Whom it does not let through is not named.
        between_us: Returns how long it is from one instant to another, in microseconds.
    """
    since_us, until_us = map(to_us, period)
    # Not as the first of both: an index knows each of them.
    is_unended = or_(_T.closed_at.is_(None), _T.closed_at >= since_us)
    ended = or_(_T.resolved_at >= since_us, and_(_T.resolved_at.is_(None), is_unended))
    lived = select(_T.local_id).where(ended).correlate(None)
    query = select(
        *standing(), _T.local_id, _T.source_id, _T.external_id, _T.created_at, _T.first_response_at, _T.is_open,
        _T.priority, _T.company_ref, _T.queue_ref, _T.assignee_ref, _T.kind,
    ).where(*where, _T.created_at < until_us, _T.local_id.in_(lived))  # fmt: skip
    rows = [row[4:] for row in tx.execute(query) if not outside(*row[:4])]
    refs: dict[int, list[str]] = {}
    for _, source_id, ref, *_ in rows:
        refs.setdefault(source_id, []).append(ref)
    work, beside = {source_id: told.work(tx, source_id, own) for source_id, own in refs.items()}, told.Beside()
    found: list[_Counted] = []
    for ticket_id, source_id, ref, created_us, told_us, is_open, priority, company, queue, assignee, kind in rows:
        acts = (*work[source_id].get(ref, ()), *beside.bookings(tx, source_id, ref))
        first = _first(((max(one.at_us, created_us), one.who) for one in acts), told_us, until_us)
        whose = {
            ResponseBy.PRIORITY: priority,
            ResponseBy.CLIENT: company,
            ResponseBy.QUEUE: queue,
            ResponseBy.TYPE: kind,
        }
        if first is None:
            if is_open:
                found.append(_Counted(ticket_id, source_id, whose.get(by, assignee)))
        elif since_us <= first.at_us and created_us <= first.at_us:
            after_s = between_us(created_us, first.at_us) // _SECOND_US
            who = whose.get(by, first.who or assignee)
            found.append(_Counted(ticket_id, source_id, who, from_us(first.at_us), after_s, is_told=first.is_told))
    return [*_named(tx, found, _STREAMS.get(by), scope)]


def _first(acts: Iterable[tuple[int, str | None]], told_us: int | None, until_us: int) -> _First | None:
    """Return the first of what was done before an instant; the vendor is believed where nothing was."""
    done = [one for one in acts if one[0] < until_us]
    if done:
        return _First(*min(done, key=lambda one: (one[0], one[1] is None, one[1] or "")), is_told=False)
    return None if told_us is None or told_us >= until_us else _First(told_us, None, is_told=True)


def _named(tx: Tx, found: Sequence[_Counted], stream: str | None, scope: Scope | None) -> Iterator[Answer]:
    if stream is None:
        yield from (Answer(one.ticket_id, one.ref, one.at, one.after_s, one.is_told, None) for one in found)
        return
    refs = {one.ref for one in found if one.ref is not None}
    seen, names = refs if scope is None else Sight(tx, scope).refs(stream, refs), Names(tx)
    connections = {one.id: one.name for one in sources.all(tx)}
    for one in found:
        names.want(one.source_id, stream, one.ref)
    for one in found:
        known = one.ref if one.ref in seen else None
        called = names.of(one.source_id, stream, known) or known
        whose = connections[one.source_id], known
        yield Answer(one.ticket_id, called, one.at, one.after_s, one.is_told, whose)


def listed(tx: Tx, found: Sequence[Answer]) -> Iterator[FirstAnswer]:
    """Yield first answers with the tickets that they are on."""
    own: dict[int, Any] = {}
    columns = _T.local_id, _T.source_id, _T.number, _T.external_id, _T.title, _T.company_ref, _T.priority, _T.created_at
    for first in range(0, len(found), _AT_ONCE):
        ids = [one.ticket_id for one in found[first : first + _AT_ONCE]]
        own |= {row[0]: row[1:] for row in tx.execute(select(*columns).where(_T.local_id.in_(ids)))}
    names, connections = Names(tx), {one.id: one.name for one in sources.all(tx)}
    for source_id, _, _, _, company, *_ in own.values():
        names.want(source_id, "companies", company)
    for one in found:
        source_id, number, ref, title, company, priority, created_us = own[one.ticket_id]
        yield FirstAnswer(
            ticket_id=one.ticket_id,
            connection=connections[source_id],
            ticket=number or ref,
            title=title,
            company=names.of(source_id, "companies", company),
            priority=priority,
            created_at=from_us(created_us),
            answered_at=one.at,
            after_s=one.after_s,
            is_told=one.is_told,
        )


def summed(group: str | None, found: Sequence[Answer]) -> Answered:
    """Return what answers come to."""
    known = sorted(one.after_s for one in found if one.after_s is not None)
    return Answered(
        group=group,
        answered=len(known),
        waiting=len(found) - len(known),
        mean_s=round(sum(known) / len(known)) if known else None,
        median_s=_share(known, 0.5),
        p90_s=_share(known, 0.9),
        p95_s=_share(known, 0.95),
        told=sum(one.is_told for one in found),
    )


def _share(known: Sequence[int], share: float) -> int | None:
    return round(percentile(known, share)) if known else None
