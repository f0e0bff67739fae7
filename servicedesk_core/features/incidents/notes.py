"""The notes of updates: where those of the last one stand, and stopping those that are under way."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, select, true, update

from servicedesk_core.domain.writing import UNFINISHED, WriteState
from servicedesk_core.errors import WriteError
from servicedesk_core.features.incidents.tables import STANDS, Whole
from servicedesk_core.outbox.deciding import discard
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.told import THERE
from servicedesk_core.store.schema import incident_links, incident_notes, incident_updates, outbox

_N: Final = incident_notes.c
_O: Final = outbox.c
_L: Final = incident_links.c
TAKEN_OUT: Final = "it was taken out"
_NOT_SENT: Final = frozenset({WriteState.PROPOSED, WriteState.QUEUED})


class Noted(NamedTuple):
    """A note of an update, as it stands."""

    id: int
    ticket_id: int
    why: str | None
    write_id: int | None
    state: WriteState | None
    finished_at: datetime | None

    @property
    def told_at(self) -> datetime | None:
        """Since when its vendor has it."""
        return self.finished_at if self.state in THERE else None

    @property
    def is_under_way(self) -> bool:
        """Whether it is still to come."""
        return self.why is None and (self.state is None or self.state in UNFINISHED)

    @property
    def waits(self) -> str:
        """What becomes of it where it is stopped."""
        if self.write_id is None or self.state in _NOT_SENT:
            return "is not sent, and is discarded"
        return f"is under way: look at write {self.write_id}"


def _noted(tx: Tx, where: ColumnElement[bool]) -> Iterator[Noted]:
    joined = incident_notes.join(incident_updates, incident_updates.c.id == _N.update_id)
    joined = joined.outerjoin(outbox, _O.id == _N.write_id)
    query = select(_N.id, _N.ticket_id, _N.why, _N.write_id, _O.state, _O.finished_at).select_from(joined)
    for number, ticket, why, write_id, state, at in tx.execute(query.where(where).order_by(_N.id)):
        yield Noted(number, ticket, why, write_id, None if state is None else WriteState(state), at)


def same_update(tx: Tx, one: Whole, text: str, now: datetime) -> dict[int, Noted] | None:
    """Return the notes of the last update, by ticket, where its words are said again; ``None`` = it is another one.

    The same words are the same update until clients are to hear again.
    """
    last = one.updates[-1] if one.updates else None
    if last is None or last.text != text:
        return None
    notes = {each.ticket_id: each for each in _noted(tx, _N.update_id == last.id)}
    said_at = max([last.at, *(each.told_at for each in notes.values() if each.told_at is not None)])
    return notes if now < said_at + timedelta(seconds=one.head.every_s) else None


def under_way(tx: Tx, number: int, tickets: Collection[int] | None = None) -> Iterator[Noted]:
    """Yield the notes of an incident that are still to come.

    Args:
        tx: Any transaction.
        number: The incident.
        tickets: Only those on these; ``None`` = on all.
    """
    which = true() if tickets is None else _N.ticket_id.in_(tickets)
    for each in _noted(tx, (incident_updates.c.incident_id == number) & which):
        if each.is_under_way:
            yield each


def leave(tx: Tx, note_id: int, why: str) -> None:
    """Keep why a note is not written."""
    tx.execute(update(incident_notes).where(_N.id == note_id).values(why=why))


def carried(tx: Tx, note_id: int, write_id: int) -> None:
    """Keep which write carries a note.

    Raises:
        WriteError: It was stopped meanwhile.
    """
    why = tx.execute(select(_N.why).where(_N.id == note_id)).scalar_one()
    if why is not None:
        raise WriteError(f"It is told nothing: {why}.")
    tx.execute(update(incident_notes).where(_N.id == note_id).values(write_id=write_id))


def stop(
    tx: Tx, number: int, tickets: Collection[int] | None, *, why: str, actor: str, now: datetime
) -> dict[int, str]:
    """Stop the notes of an incident that are not sent yet; return what became of them, by ticket.

    Args:
        tx: A write transaction.
        number: The incident.
        tickets: Only those on these; ``None`` = on all.
        why: Why.
        actor: Who does it.
        now: When.
    """
    found: dict[int, str] = {}
    for each in list(under_way(tx, number, tickets)):
        if each.write_id is None:
            leave(tx, each.id, why)
        else:
            found[each.ticket_id] = _stopped(tx, each.write_id, each.state, "note", why=why, actor=actor, now=now)
    return found


def take_out(tx: Tx, number: int, tickets: Collection[int], *, actor: str, now: datetime) -> dict[int, str]:
    """Take tickets out of an incident, with what is under way for them; return what became of that, by ticket.

    Args:
        tx: A write transaction.
        number: The incident.
        tickets: The tickets.
        actor: Who does it.
        now: When.
    """
    found = stop(tx, number, tickets, why=TAKEN_OUT, actor=actor, now=now)
    mine = (_L.incident_id == number, STANDS, _L.ticket_id.in_(tickets))
    query = select(_L.ticket_id, _O.id, _O.state).join(outbox, _O.id == _L.write_id)
    for ticket, write_id, state in tx.execute(query.where(*mine, _O.state.in_(UNFINISHED))).all():
        became = _stopped(tx, write_id, WriteState(state), "link", why=TAKEN_OUT, actor=actor, now=now)
        found[ticket] = "; ".join(filter(None, (found.get(ticket), became)))
    tx.execute(update(incident_links).where(*mine).values(unlinked_by=actor, unlinked_at=now))
    return found


def _stopped(tx: Tx, write_id: int, state: WriteState | None, what: str, *, why: str, actor: str, now: datetime) -> str:
    if state not in _NOT_SENT:
        return f"its {what} is under way: look at write {write_id}"
    discard(tx, write_id, actor=actor, now=now, reason=why)
    return f"its {what} was not sent, and is discarded"
