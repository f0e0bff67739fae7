"""Which months take no new documents."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import delete, insert

from servicedesk_core.errors import PeriodClosedError
from servicedesk_core.features.profit import Month
from servicedesk_core.store import Tx
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import billing_locks


@dataclass(frozen=True, slots=True)
class Lock:
    """That a month takes no new documents: since when, by whom and why."""

    month: str
    at: datetime
    author: str
    reason: str


_LOCKS: Final = Rows(Lock, billing_locks)


def locked(tx: Tx) -> dict[Month, Lock]:
    """Return the months that take no new documents, in order."""
    found = _LOCKS.all(tx, _LOCKS.select().order_by(billing_locks.c.month))
    return {Month.parse(one.month): one for one in found}


def open_month(tx: Tx, day: date) -> Month:
    """Return the month whose documents take what is of a day: its own, else the first one after it that is open."""
    shut, month = locked(tx), Month.of(day)
    while month in shut:
        month = month.next
    return month


def lock_of(tx: Tx, first: date, last: date) -> Lock | None:
    """Return the lock of the first month of some days that is locked; ``None`` = none is."""
    found = (lock for month, lock in locked(tx).items() if month.first <= last and first <= month.days[1])
    return next(found, None)


def refuse_locked(tx: Tx, first: date, last: date) -> None:
    """Make sure that no month of some days is locked.

    Raises:
        PeriodClosedError: One is.
    """
    if there := lock_of(tx, first, last):
        raise PeriodClosedError(
            f'{there.month} takes no new documents: {there.author} locked it, "{there.reason}".',
            hint=f"Bill it with the next month, or `servicedesk billing reopen {there.month} --reason …`.",
        )


def lock(tx: Tx, one: Lock) -> None:
    """Keep that a month is locked."""
    tx.execute(insert(billing_locks).values(**_LOCKS.values(one)))


def unlock(tx: Tx, month: Month) -> bool:
    """Forget that a month is locked, and return whether it was."""
    return bool(tx.execute(delete(billing_locks).where(billing_locks.c.month == str(month))).rowcount)
