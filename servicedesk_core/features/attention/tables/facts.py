"""How open tickets stand, a few thousand at a time: memory does not grow with their number."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, select

from servicedesk_core.domain import Priority, StatusCategory
from servicedesk_core.features import parts as ordered
from servicedesk_core.features.attention.model import Promised, Standing, Visit
from servicedesk_core.features.attention.tables.acts import newest_acts
from servicedesk_core.features.attention.tables.people import Staff
from servicedesk_core.features.attention.tables.queues import Queues
from servicedesk_core.features.attention.tables.visits import Booked, booked
from servicedesk_core.features.sla import Promise, promises, promises_then, waited_for
from servicedesk_core.features.tickets import OPEN, awaited, snoozed
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.fields import optional_instant
from servicedesk_core.store.schema import RECORDS

AT_ONCE: Final = 5_000
"""Tickets whose acts are looked up together."""

_T = RECORDS["tickets"].c
_PRIORITIES: Final = {one.value: one for one in Priority}
_CATEGORIES: Final = {one.value: one for one in StatusCategory}


class State(NamedTuple):
    """What is read of a ticket: the columns of these names, all of them in the index of open tickets."""

    local_id: int
    source_id: int
    external_id: str
    created_at: int | None
    status_category: str | None
    priority: str | None
    queue_ref: str | None
    assignee_ref: str | None
    company_ref: str | None
    due_at: int | None
    sla_due_at: int | None
    last_activity_at: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """An open ticket.

    Attributes:
        state: What is stored of it.
        standing: How it stands.
    """

    state: State
    standing: Standing


def standings(
    tx: Tx,
    at: datetime,
    people: Staff,
    where: Sequence[ColumnElement[bool]] = OPEN,
    *,
    with_internal: bool = True,
    with_acts: bool = True,
    visits: Iterable[Booked] | None = None,
) -> Iterator[Found]:
    """Yield how tickets stand, in the order of their creation.

    Args:
        tx: Any transaction.
        at: The present instant.
        people: Who cannot act.
        where: Which tickets.
        with_internal: With acts that only the staff may see.
        with_acts: With what people did on them; without, only what wakes a ticket that is put off is read.
        visits: The appointments for them that are not over, where those were read already.
    """
    query = select(*(_T[name] for name in State._fields)).where(*where).order_by(_T.created_at, _T.local_id)
    around = Around(tx, at, people, with_internal=with_internal, with_acts=with_acts, visits=visits)
    rows = tx.execute(query, execution_options={"yield_per": AT_ONCE})
    for some in rows.partitions():
        yield from around.of([State(*row) for row in some])


class Around:
    """What stands around tickets: people, queues, appointments."""

    def __init__(
        self,
        tx: Tx,
        at: datetime,
        people: Staff,
        *,
        with_internal: bool = True,
        with_acts: bool = True,
        is_past: bool = False,
        visits: Iterable[Booked] | None = None,
    ) -> None:
        self._is_past, self._with_acts = is_past, with_acts
        self._tx, self._at, self._staff, self._with_internal = tx, at, people, with_internal
        self._queues = Queues(tx)
        self._awaited = {} if is_past else awaited(tx)
        self._snoozed = {} if is_past else snoozed(tx, at)
        self._visits: dict[tuple[int, str], Visit] = {}
        for one in booked(tx, at) if visits is None else visits:
            for ticket in one.tickets:
                self._visits.setdefault((one.source_id, ticket), one.visit)

    def of(self, states: Sequence[State]) -> Iterator[Found]:
        """Yield how tickets stand."""
        refs: dict[int, list[str]] = {}
        for state in states:
            if self._with_acts or state.local_id in self._snoozed:
                refs.setdefault(state.source_id, []).append(state.external_id)
        acts = {
            source_id: newest_acts(self._tx, source_id, wanted, self._at, with_internal=self._with_internal)
            for source_id, wanted in refs.items()
        }
        ids = [state.local_id for state in states]
        ours = (
            promises_then(self._tx, ids, self._at)
            if self._is_past
            else promises(self._tx, ids, self._at, since=self._at)
        )
        parts = {} if self._is_past else self._parts(states)
        for state in states:
            done = acts.get(state.source_id, {}).get(state.external_id, (None, None))
            part_at = parts.get((state.source_id, state.external_id))
            yield Found(state, self._standing(state, *done, ours.get(state.local_id), part_at))

    def _parts(self, states: Sequence[State]) -> dict[tuple[int, str], datetime]:
        """Return when the parts shall be here that are ordered for tickets: orders do not tell what they told once."""
        waiting = [one for one in states if one.status_category == StatusCategory.WAITING_PARTS.value]
        if not waiting:
            return {}
        names = {source.id: source.name for source in sources.all(self._tx)}
        keys = {(names[one.source_id], one.external_id): one for one in waiting}
        days = ordered.promised_days(self._tx, {key: optional_instant(one.created_at) for key, one in keys.items()})
        ends = {key: datetime.combine(day + timedelta(days=1), time(), self._staff.zone) for key, day in days.items()}
        return {(keys[key].source_id, key[1]): at.astimezone(UTC) for key, at in ends.items()}

    def _standing(
        self,
        state: State,
        client_at: datetime | None,
        desk_at: datetime | None,
        ours: Sequence[Promise] | None,
        part_at: datetime | None,
    ) -> Standing:
        holder: Any = (state.source_id, state.assignee_ref)
        absence = self._staff.away.get(holder)
        category = _CATEGORIES.get(state.status_category or "")
        return Standing(
            created_at=optional_instant(state.created_at),
            category=category,
            priority=_PRIORITIES.get(state.priority or ""),
            queue_kind=self._queues.kind(state.source_id, state.queue_ref, self._at),
            is_assigned=state.assignee_ref is not None,
            is_left=holder in self._staff.left,
            back_at=None if absence is None else absence.back_at,
            due_at=optional_instant(state.due_at),
            sla_due_at=optional_instant(state.sla_due_at),
            client_at=client_at,
            desk_at=desk_at,
            remote_at=optional_instant(state.last_activity_at),
            visit=self._visits.get((state.source_id, state.external_id)),
            promised=None if ours is None else self._promised(ours, category),
            part_at=part_at,
            client_due_at=self._awaited.get(state.local_id),
            snoozed_until=self._put_off(state.local_id, client_at),
        )

    def _put_off(self, ticket_id: int, client_at: datetime | None) -> datetime | None:
        """Return until when a ticket is put off; what the client writes wakes it."""
        one = self._snoozed.get(ticket_id)
        return None if one is None or (client_at is not None and client_at > one.at) else one.until

    def _promised(self, ours: Sequence[Promise], category: StatusCategory | None) -> Promised:
        first = waited_for(ours, self._at)
        if first is None:
            return Promised()
        due_at = first.due(self._at, category)
        return Promised(first.clock, due_at, is_paused=due_at is None and first.started_at is not None)
