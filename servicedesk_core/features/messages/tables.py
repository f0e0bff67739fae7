"""What clients are to be told, as it is stored."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, select, update

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.features.messages.triggers import Trigger
from servicedesk_core.store import Tx, upserting
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import RECORDS, client_messages, mail_bounces, outbox

WAITING, HELD, PROPOSED, DROPPED = "waiting", "held", "proposed", "dropped"

AT_ONCE: Final = 1_000
"""Messages that are made in one round."""

_ABOUT: Final = "messages:"

_T: Final = RECORDS["tickets"].c
_C: Final = RECORDS["companies"].c

IS_OWN: Final = (
    select(_C.local_id)
    .where(_C.source_id == _T.source_id, _C.external_id == _T.company_ref, _C.is_own)
    .correlate(RECORDS["tickets"])
    .exists()
)
"""Whether a ticket is one of our own company."""

_M: Final = client_messages.c
_O: Final = outbox.c


@dataclass(frozen=True, slots=True)
class Stored:
    """Something that a client is to be told: a row of the table."""

    id: int
    key: str
    trigger: str
    ticket_id: int
    told: Mapping[str, Any]
    is_urgent: bool
    happened_at: datetime
    noticed_at: datetime
    due_at: datetime
    state: str
    why: str | None
    template: str | None
    write_id: int | None

    @property
    def tells(self) -> Trigger:
        """What it tells of."""
        return Trigger(self.trigger)

    @property
    def request_id(self) -> str:
        """What the write that carries it is about: there is one."""
        return f"{_ABOUT}{self.key}"


_ROWS: Final = Rows(Stored, client_messages)


def keep(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Store something that is to be told, unless it was stored before; return whether it was not."""
    row = {"state": WAITING, **values}
    new = upserting.insert_into(tx, client_messages).values(**row).on_conflict_do_nothing().returning(_M.id)
    return tx.execute(new).one_or_none() is not None


def first_due(tx: Tx, ticket_id: int, since: datetime) -> datetime | None:
    """Return when what was noticed of a ticket lately, and is not told yet, falls due; ``None`` = there is nothing."""
    query = select(_M.due_at).where(_fresh(ticket_id, since)).order_by(_M.due_at).limit(1)
    return tx.execute(query).scalar_one_or_none()


def supersede(tx: Tx, ticket_id: int, since: datetime, why: str, now: datetime) -> None:
    """Drop what was noticed of a ticket lately and is not told yet: what came after it is told in its place."""
    tx.execute(update(client_messages).where(_fresh(ticket_id, since)).values(state=DROPPED, why=why, done_at=now))


def forget_reminders(tx: Tx, ticket_id: int, trigger: Trigger, why: str, now: datetime) -> None:
    """Drop what a client of a ticket was to be reminded of."""
    of = (_M.ticket_id == ticket_id, _M.trigger == trigger.value, _M.state.in_((WAITING, HELD)), _M.due_at > now)
    tx.execute(update(client_messages).where(*of).values(state=DROPPED, why=why, done_at=now))


def due(tx: Tx, now: datetime, since: datetime) -> list[Stored]:
    """Return what falls due, the oldest first: what waits, and what is held and is tried again while it is news.

    Args:
        tx: Any transaction.
        now: The present.
        since: What was due before this stays held until a person looks.
    """
    waits = (_M.state == WAITING) & (_M.due_at <= now)
    is_held = (_M.state == HELD) & _M.due_at.between(since, now)
    return _ROWS.all(tx, _ROWS.select().where(waits | is_held).order_by(_M.due_at, _M.id).limit(AT_ONCE))


def noticed(tx: Tx, trigger: Trigger, start: datetime, end: datetime) -> list[Stored]:
    """Return what there was to tell within a period, whatever became of it."""
    of = (_M.trigger == trigger.value, _M.due_at >= start, _M.due_at < end)
    return _ROWS.all(tx, _ROWS.select().where(*of).order_by(_M.due_at))


def hold(tx: Tx, number: int, why: str) -> None:
    """Keep why something cannot be told."""
    tx.execute(update(client_messages).where(_M.id == number, _still()).values(state=HELD, why=why))


def put_off(tx: Tx, number: int, until: datetime) -> None:
    """Keep that something is told later."""
    tx.execute(update(client_messages).where(_M.id == number, _still()).values(due_at=until))


def drop(tx: Tx, numbers: Collection[int], why: str, now: datetime) -> int:
    """Keep that something is not told; return of how many that is new."""
    mine = update(client_messages).where(_M.id.in_([*numbers]), _still())
    return tx.execute(mine.values(state=DROPPED, why=why, done_at=now)).rowcount


def carry(tx: Tx, number: int, write_id: int, template: str | None, now: datetime) -> bool:
    """Keep which write carries something; return whether it still was to be told."""
    mine = update(client_messages).where(_M.id == number, _still())
    values = {"state": PROPOSED, "write_id": write_id, "template": template, "why": None, "done_at": now}
    return tx.execute(mine.values(**values)).rowcount == 1


def is_told_anew(tx: Tx, one: Stored) -> bool:
    """Whether the same is told of the same visit once more, later: it was moved there and back."""
    key = one.key.rpartition(":")[0]
    of = (
        _M.ticket_id == one.ticket_id,
        _M.id > one.id,
        _M.state != DROPPED,
        _M.key.startswith(f"{key}:", autoescape=True),
    )
    return tx.execute(select(_M.id).where(*of).limit(1)).one_or_none() is not None


def get(tx: Tx, numbers: Collection[int]) -> list[Stored]:
    """Return messages by their numbers."""
    return _ROWS.all(tx, _ROWS.select().where(_M.id.in_([*numbers])).order_by(_M.id))


def carried_by(tx: Tx, write: StoredWrite) -> Stored | None:
    """Return the message that a write carries, also where whoever made it ended before that was noted."""
    key = (write.request_id or "").removeprefix(_ABOUT)
    found = _ROWS.all(tx, _ROWS.select().where((_M.write_id == write.id) | (_M.key == key)))
    return found[0] if found else None


def listed(tx: Tx, where: Sequence[ColumnElement[bool]], limit: int | None = None) -> Iterator[tuple[Stored, Any]]:
    """Yield messages with the writes that carry them, the newest first."""
    joined = client_messages.outerjoin(outbox, _O.id == _M.write_id)
    wanted = (*_ROWS.columns, _O.state.label("write_state"), _O.new_values.label("said"), _O.error, _O.finished_at)
    query = select(*wanted).select_from(joined).where(*where).order_by(_M.id.desc()).limit(limit)
    for row in tx.execute(query):
        yield _ROWS.of(row), row


def in_queue() -> ColumnElement[bool]:
    """Return that something waits for a person: it is held, or its write is not decided about, refused or in doubt."""
    waits = _O.state.in_((WriteState.PROPOSED, WriteState.REJECTED, WriteState.IN_DOUBT))
    return (_M.state == HELD) | ((_M.state == PROPOSED) & waits)


def bounced(tx: Tx, addresses: Collection[str]) -> set[str]:
    """Return the addresses, in lower case, that a mail did not reach and that nobody cleared since."""
    b = mail_bounces.c
    query = select(b.address).where(b.address.in_([*addresses]), b.is_final, b.cleared_at.is_(None))
    return {*tx.execute(query).scalars()}


def _fresh(ticket_id: int, since: datetime) -> ColumnElement[bool]:
    is_new = (_M.noticed_at >= since) & (_M.trigger != Trigger.REMINDER.value)
    return (_M.ticket_id == ticket_id) & _M.state.in_((WAITING, HELD)) & is_new & ~_is_reminder()


def _is_reminder() -> ColumnElement[bool]:
    return _M.key.like("%:again")


def _still() -> ColumnElement[bool]:
    return _M.state.in_((WAITING, HELD))
