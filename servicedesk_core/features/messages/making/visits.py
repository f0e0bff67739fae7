"""Visits of tickets: which are booked, and what became of one in a piece of the changes feed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import select

from servicedesk_core.domain.work import AppointmentState
from servicedesk_core.hooks.announced import Change
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import optional_instant, to_us
from servicedesk_core.store.schema import RECORDS

_A: Final = RECORDS["appointments"].c
_TIMES: Final = ("start_at", "end_at", "state")
_REFS: Final = "ticket_refs"


class Visit(NamedTuple):
    """A visit that is booked.

    Attributes:
        local_id: Its id here.
        start: When it begins.
        end: When it ends.
    """

    local_id: int
    start: datetime
    end: datetime | None


class Became(NamedTuple):
    """What became of an appointment.

    Attributes:
        seq: Its last change.
        at: When the desk learned of that.
        is_new: Whether it was not there before.
        before: Fields that changed, as they were before the first change.
        after: The same, as they are after the last.
    """

    seq: int
    at: datetime
    is_new: bool
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    def told(self, refs: Iterable[str]) -> list[str]:
        """Return those of its tickets for which it is another visit than before: all when it was booked or moved."""
        if self.is_new or any(self._differs(name) for name in _TIMES):
            return [*refs]
        known = {*(self.before.get(_REFS) or ())} if self._differs(_REFS) else {*refs}
        return [ref for ref in refs if ref not in known]

    def _differs(self, name: str) -> bool:
        return name in self.after and self.before.get(name) != self.after[name]


def became(found: Iterable[Change]) -> dict[int, Became]:
    """Return what became of each appointment, all of its changes taken together."""
    all_of: dict[int, Became] = {}
    for one in found:
        first = all_of.get(one.local_id, Became(one.seq, one.at, one.kind == "created", {}, {}))
        before, after = {**one.before, **first.before}, {**first.after, **one.after}
        all_of[one.local_id] = Became(one.seq, one.at, first.is_new, before, after)
    return all_of


def booked(tx: Tx, tickets: Mapping[int, tuple[int, str]], now: datetime) -> dict[int, list[Visit]]:
    """Return the visits that are booked and have not begun, the first first.

    Args:
        tx: Any transaction.
        tickets: Source and the vendor's id of each ticket.
        now: The present.
    """
    by_ref = {key: number for number, key in tickets.items()}
    columns = (_A.local_id, _A.start_at, _A.end_at, _A.source_id, _A.ticket_refs)
    query = (
        select(*columns)
        .where(_A.gone_at.is_(None), _A.state == AppointmentState.BOOKED.value, _A.start_at > to_us(now))
        .where(_A.source_id.in_({source for source, _ in by_ref}))
        .order_by(_A.start_at, _A.local_id)
    )
    found: dict[int, list[Visit]] = {}
    for row in tx.execute(query):
        start = optional_instant(row.start_at)
        for ref in orjson.loads(row.ticket_refs):
            if start is not None and (number := by_ref.get((row.source_id, ref))) is not None:
                found.setdefault(number, []).append(Visit(row.local_id, start, optional_instant(row.end_at)))
    return found
