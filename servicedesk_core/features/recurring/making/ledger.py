"""What is kept of occurrences: read, decided about, and joined with the writes that make their tickets.

An occurrence is known by its plan, the day of its rule, and its device, and there is one row of it, whoever generates
however often. The write that makes its ticket has a request id of the same, so that there is one of it too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, func, or_, select

from servicedesk_core.domain.writing import AT_VENDOR, WriteState
from servicedesk_core.features.recurring.making.deciding import SUPERSEDED, Kept, Outcome, Turn
from servicedesk_core.features.recurring.when.rules import FARTHEST
from servicedesk_core.store import Tx, audit
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import outbox, recurring_occurrences
from servicedesk_core.store.upserting import insert_into, put

_R: Final = recurring_occurrences.c
_O: Final = outbox.c
_ROWS: Final = Rows(Kept, recurring_occurrences)
_PIECE: Final = 500


def kept(tx: Tx, now: datetime, names: Collection[str] = ()) -> Mapping[str, Sequence[Kept]]:
    """Return what is kept of occurrences by plan: what is undecided, the newest of each plan, and what is near.

    Args:
        tx: Any transaction.
        now: The present.
        names: Only of these plans; nothing = of all.
    """
    newest = select(_R.plan, func.max(_R.day).label("day")).group_by(_R.plan).subquery()
    joined = _ROWS.select().join(newest, newest.c.plan == _R.plan)
    undecided = and_(_R.write_id.is_(None), or_(_R.outcome == Outcome.OPEN.value, _R.due_at > now))
    near = now.date() - timedelta(days=FARTHEST + 1)
    query = joined.where(or_(_R.day == newest.c.day, _R.day >= near, undecided))
    if names:
        query = query.where(_R.plan.in_(list(names)))
    found: defaultdict[str, list[Kept]] = defaultdict(list)
    for one in _ROWS.all(tx, query.order_by(_R.plan, _R.day, _R.on_day, _R.asset)):
        found[one.plan].append(one)
    return found


def keep(tx: Tx, turns: Iterable[Turn]) -> None:
    """Keep what becomes of occurrences; whatever has a write by now stays as it is."""
    rows = [_ROWS.values(turn.kept) for turn in turns if turn.is_new]
    if not rows:
        return
    audit.take_turn(tx)  # of two who decide at the same time one comes after the other
    statement = insert_into(tx, recurring_occurrences)
    keys = [column.name for column in recurring_occurrences.primary_key]
    rest = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    statement = statement.on_conflict_do_update(index_elements=keys, set_=rest, where=_R.write_id.is_(None))
    for start in range(0, len(rows), _PIECE):
        tx.execute(statement, rows[start : start + _PIECE])


def settle(tx: Tx, now: datetime) -> None:
    """Join open occurrences with the writes that make their tickets, and keep what became of those."""
    audit.take_turn(tx)
    some = {one.key: one for one in _ROWS.all(tx, _ROWS.select().where(_R.outcome == Outcome.OPEN.value))}
    ids = sorted(some)
    for start in range(0, len(ids), _PIECE):
        piece = _O.request_id.in_(ids[start : start + _PIECE])
        for write in tx.execute(select(_O.id, _O.request_id, _O.state, _O.error).where(piece)).all():
            one = some[write.request_id]
            joined = replace(one, write_id=write.id)
            if write.state == WriteState.DISCARDED:
                why = f"write {write.id} was discarded" + (f": {write.error}" if write.error else "")
                outcome = Outcome.MISSED if write.error == f"{SUPERSEDED}." else Outcome.SKIPPED
                joined = replace(joined, outcome=outcome, why=why)
            elif write.state in AT_VENDOR:
                joined = replace(joined, outcome=Outcome.MADE)
            if joined != one:
                put(tx, recurring_occurrences, _ROWS.values(replace(joined, decided_at=now)))
