"""When somebody first answered a client, of what the store tells."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from servicedesk_core.faces.measure import percentile
from servicedesk_core.features.sla.past.model import Answered, ResponseBy
from servicedesk_core.features.sla.tables import told
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.population import outside, standing
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS

_T = RECORDS["tickets"].c
_SECOND_US: Final = 1_000_000
_STREAMS: Final = {ResponseBy.CLIENT: "companies", ResponseBy.QUEUE: "queues", ResponseBy.TECHNICIAN: "technicians"}


class Answer(NamedTuple):
    """The first answer on a ticket, or that there is none yet.

    Attributes:
        group: Name of what it is counted under.
        after_s: Seconds from the creation of the ticket; ``None`` = nobody has answered.
        is_told: Whether only the vendor says so.
        whose: The connection and the vendor's id of what it is counted under.
    """

    group: str | None
    after_s: int | None
    is_told: bool = False
    whose: tuple[str, str | None] | None = None


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
        *standing(), _T.source_id, _T.external_id, _T.created_at, _T.first_response_at, _T.is_open, _T.priority,
        _T.company_ref, _T.queue_ref, _T.assignee_ref, _T.kind,
    ).where(*where, _T.created_at < until_us, _T.local_id.in_(lived))  # fmt: skip
    rows = [row[4:] for row in tx.execute(query) if not outside(*row[:4])]
    refs: dict[int, list[str]] = {}
    for source_id, ref, *_ in rows:
        refs.setdefault(source_id, []).append(ref)
    work, beside = {source_id: told.work(tx, source_id, own) for source_id, own in refs.items()}, told.Beside()
    found: list[tuple[int, str | None, int | None, bool]] = []
    for source_id, ref, created_us, told_us, is_open, priority, company, queue, assignee, kind in rows:
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
                found.append((source_id, whose.get(by, assignee), None, False))
        elif since_us <= first.at_us and created_us <= first.at_us:
            after_s = between_us(created_us, first.at_us) // _SECOND_US
            found.append((source_id, whose.get(by, first.who or assignee), after_s, first.is_told))
    return [*_named(tx, found, _STREAMS.get(by), scope)]


def _first(acts: Iterable[tuple[int, str | None]], told_us: int | None, until_us: int) -> _First | None:
    """Return the first of what was done before an instant; the vendor is believed where nothing was."""
    done = [one for one in acts if one[0] < until_us]
    if done:
        return _First(*min(done, key=lambda one: (one[0], one[1] is None, one[1] or "")), is_told=False)
    return None if told_us is None or told_us >= until_us else _First(told_us, None, is_told=True)


def _named(
    tx: Tx, found: list[tuple[int, str | None, int | None, bool]], stream: str | None, scope: Scope | None
) -> Iterator[Answer]:
    if stream is None:
        yield from (Answer(ref, after_s, is_told) for _, ref, after_s, is_told in found)
        return
    refs = {ref for _, ref, _, _ in found if ref is not None}
    seen, names = refs if scope is None else Sight(tx, scope).refs(stream, refs), Names(tx)
    connections = {one.id: one.name for one in sources.all(tx)}
    for source_id, ref, *_ in found:
        names.want(source_id, stream, ref)
    for source_id, ref, after_s, is_told in found:
        known = ref if ref in seen else None
        whose = connections[source_id], known
        yield Answer(names.of(source_id, stream, known) or known, after_s, is_told, whose)


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
