"""What an act on a major incident would do with each ticket: shown before it, and then done just so."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import NotFoundLocallyError, SettingsError, WriteError
from servicedesk_core.features.incidents.model import Plan, Row, TicketState, UnderIncident, What
from servicedesk_core.features.incidents.notes import Noted, same_update, under_way
from servicedesk_core.features.incidents.queries import suggestions
from servicedesk_core.features.incidents.rules import Reader, folded, given_away
from servicedesk_core.features.incidents.tables import (
    OPEN,
    Whole,
    client_wrote,
    incident,
    own_companies,
    own_company,
    parent_of,
    stands_under,
)
from servicedesk_core.features.tickets import CREATE, TicketRow, found, resolved, rows_by_id
from servicedesk_core.features.writes import ProposingDesk
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.outbox import asked_before
from servicedesk_core.store.schema import incidents
from servicedesk_core.wording import counted, plain

_LONGEST_TITLE: Final = 200
CLOSING: Final = "incident-close:"
_NAMELESS: Final = "the name of its client is not known: look whether the words name it"
_GONE: Final = "the vendor has it no more"
_ENDED: Final = (WriteState.REJECTED, WriteState.DISCARDED)
_WHY: Final[Mapping[TicketState, str]] = {
    TicketState.CLOSED: "it is closed",
    TicketState.MERGED: "it went up in another ticket",
    TicketState.GONE: _GONE,
}


def open_incident(tx: Tx, number: int) -> Whole:
    """Return an incident that is open.

    Raises:
        NotFoundLocallyError: There is none of that number.
        WriteError: It is closed.
    """
    one = incident(tx, number)
    if one.head.closed_at is not None:
        by = (one.head.closed_by or "").removeprefix("user:")
        message = f"Incident {number} was closed by {by}."
        raise WriteError(message, hint="Declare another one, where it goes on: servicedesk incidents declare.")
    return one


def _row(what: What, one: UnderIncident | TicketRow, text: str, why: str = "", *, is_left: bool = False) -> Row:
    return Row(what, one.local_id, one.connection, one.external_id, one.ticket, one.company, text, why, is_left)


def new_parent(tx: Tx, one: Whole, parent: str) -> Row:
    """Return our own ticket that is to stand above an incident whose own was not made, or is gone.

    Raises:
        NotFoundLocallyError: There is none.
        WriteError: It has one, or waits for it; or the ticket is closed, or a client reads it.
    """
    if not one.is_gone and (one.head.parent_ref is not None or one.head.made not in _ENDED):
        why = "has a ticket of our own" if one.head.parent_ref is not None else "waits for a ticket of our own"
        hint = f"servicedesk writes discard {one.head.write_id} gives that up." if one.head.parent_ref is None else None
        raise WriteError(f"Incident {one.head.id} {why}.", hint=hint)
    row = parent_of(tx, parent, one.head.connection)
    return _row(What.PARENT, row, one.head.title)


def queue_of(tx: Tx, connection: str, rows: Sequence[Row], queue: str | None) -> dict[str, Any]:
    """Return into which queue our own ticket goes: the one that is said, else that of the first ticket under it.

    Raises:
        NotFoundLocallyError: There is no such queue.
    """
    if queue is not None:
        return resolved(tx, connection, None, queue=queue)
    below = (row.local_id for row in rows if row.connection == connection and not row.is_left)
    first = next((one for one in below if one is not None), None)
    ref = None if first is None else rows_by_id(tx, [first])[first].queue_ref
    return {} if ref is None else {"queue_ref": ref}


def links(tx: Tx, one: Whole | None, tickets: Sequence[str], connection: str | None) -> Iterator[Row]:
    """Yield what becomes of each ticket that is to stand under an incident.

    Args:
        tx: Any transaction.
        one: The incident; ``None`` = it is not declared yet.
        tickets: Their numbers, or the vendor's ids.
        connection: Where they are, if several have them.
    """
    done: set[int] = set()
    for word in tickets:
        try:
            row = found(tx, word, connection, None).row
        except NotFoundLocallyError as error:
            yield Row(What.LINK, None, connection or "", None, word, None, "", error.message, is_left=True)
            continue
        if row.local_id not in done:
            done.add(row.local_id)
            why = _why_not(tx, one, row)
            yield _row(What.LINK, row, "", why, is_left=bool(why))


def _why_not(tx: Tx, one: Whole | None, row: TicketRow) -> str:
    """Return why a ticket cannot be put under an incident; empty = it can."""
    if not row.is_open:
        return f"it is {row.status or 'done'}"
    if row.company_ref in own_companies(tx, sources.id_of(tx, row.connection)):
        return "it is of our own company: no client of it is to be told"
    under = stands_under(tx, [row.local_id]).get(row.local_id)
    if under is None:
        return ""
    return (
        "it stands under it already"
        if one is not None and under == one.head.id
        else f"it stands under incident {under}"
    )


def declare_plan(
    tx: Tx,
    desk: ProposingDesk,
    *,
    title: str,
    tickets: Sequence[str] = (),
    parent: str | None = None,
    connection: str | None = None,
    owner: str | None = None,
    queue: str | None = None,
    **_: Any,
) -> Plan:
    """Return what declaring an incident would do.

    Raises:
        WriteError: None of the tickets can stand under it, or no ticket of our own above them.
        NotFoundLocallyError: There is no such ticket above them, or no such queue.
        WriteNotGrantedError: The configuration does not grant to make one.
        SettingsError: It has no title, or there is no such person.
    """
    name = title.strip()
    if not name or len(name) > _LONGEST_TITLE:
        raise SettingsError("An incident is called something.", hint=f"In at most {_LONGEST_TITLE} characters.")
    owner_of(desk, owner)
    ensure_new(tx, name)
    rows = tuple(links(tx, None, tickets, connection))
    if rows and all(row.is_left for row in rows):
        why = "; ".join(f"{row.ticket}: {row.why}" for row in rows)
        hint = "servicedesk incidents list shows those that are open; link puts tickets under one."
        raise WriteError(f"None of these can stand under it. {why.removesuffix('.')}.", hint=hint)
    if parent is not None:
        one = parent_of(tx, parent, connection)
        above = _row(What.PARENT, one, name)
    else:
        theirs = next((row.connection for row in rows if not row.is_left), None)
        where = desk.outbox.grants.connection(connection or theirs, CREATE)
        desk.outbox.grants.ensure(where, CREATE)
        own_company(tx, where)
        queue_of(tx, where, rows, queue)
        above = Row(What.PARENT, None, where, None, None, None, name, "it is made, of our own company")
    return Plan(None, name, (above, *rows))


def link_plan(
    tx: Tx,
    *,
    number: int,
    tickets: Sequence[str] = (),
    suggested: bool = False,
    parent: str | None = None,
    connection: str | None = None,
    **_: Any,
) -> Plan:
    """Return what putting tickets under an incident would do.

    Raises:
        NotFoundLocallyError: There is no such incident, or no such ticket to stand above it.
        WriteError: It is closed, or a ticket of our own cannot be named for it.
    """
    one = open_incident(tx, number)
    above = [] if parent is None else [new_parent(tx, one, parent)]
    rows = list(links(tx, one, tickets, connection))
    for each in suggestions(tx, one, None) if suggested else ():
        rows += links(tx, one, [each.ticket], each.connection)
    if not tickets and not suggested:
        rows = [
            _row(What.LINK, each, "")
            for each in one.standing
            if each.state is TicketState.OPEN and not each.at_vendor and each.connection == one.head.connection
        ]
    return Plan(number, one.head.title, (*above, *rows))


def owner_of(desk: ProposingDesk, owner: str | None) -> str:
    """Return who looks after an incident, as an actor's name.

    Raises:
        SettingsError: There is no such person.
    """
    if owner is None:
        return desk.actor.name
    if desk.roster and owner not in desk.roster:
        names = ", ".join(sorted(desk.roster))
        raise SettingsError(f'There is nobody called "{owner}".', hint=f"There are {names}.")
    return f"user:{owner}"


def ensure_new(tx: Tx, title: str) -> None:
    """Refuse an incident that somebody has declared already.

    Raises:
        WriteError: There is an open one that is called so.
    """
    query = select(incidents.c.id, incidents.c.title, incidents.c.declared_by).where(OPEN).order_by(incidents.c.id)
    # Compared here: the lower() of a database may know the letters of English alone.
    there = next((each for each in tx.execute(query) if folded(each.title) == folded(title)), None)
    if there is not None:
        by = there.declared_by.removeprefix("user:")
        message = f"Incident {there.id} is called so already: {by} declared it."
        raise WriteError(message, hint=f"Put tickets under it: servicedesk incidents link {there.id} TICKET.")


def update_plan(tx: Tx, desk: ConfiguredDesk, number: int, text: str) -> Plan:
    """Return what an update would tell whom.

    Raises:
        NotFoundLocallyError: There is no such incident.
        WriteError: It is closed, there is no text, or a client would read of another one.
    """
    one, said = open_incident(tx, number), text.strip()
    if not said:
        raise WriteError("The update says nothing.", hint="Say what clients are told.")
    ensure_safe(one.readers, said)
    wrote = client_wrote(tx, [each.local_id for each in one.standing])
    rows = [_note(each, said, wrote, desk) for each in one.standing]
    rows += _internal(one, said, sum(not row.is_left for row in rows))
    before = same_update(tx, one, said, desk.clock.now()) or {}
    rows = [told_before(row, before, desk) for row in rows]
    ensure_told(rows, number)
    return Plan(number, one.head.title, tuple(rows), text=said)


def told_before(row: Row, before: Mapping[int, Noted], desk: ConfiguredDesk) -> Row:
    """Return a row with its ticket left, if this update is on it already."""
    note = None if row.local_id is None or row.is_left else before.get(row.local_id)
    if note is None or note.told_at is None:
        return row
    at = plain(note.told_at.astimezone(ZoneInfo(desk.timezone)))
    return replace(row, is_left=True, why=f"told in these words on {at}")


def ensure_told(rows: Sequence[Row], number: int) -> None:
    """Refuse an update that nobody would be told.

    Raises:
        WriteError: All of its tickets are left.
    """
    if all(row.is_left for row in rows):
        message = "Nobody would be told: " + "; ".join(f"{row.ticket or 'our own ticket'}: {row.why}" for row in rows)
        hint = f"Say it in other words, or put tickets under it: servicedesk incidents link {number} TICKET."
        raise WriteError(f"{message}.", hint=hint)


def ensure_safe(readers: Collection[Reader], text: str) -> None:
    """Refuse a text that would tell one client of another.

    Raises:
        WriteError: It names one.
    """
    if told := given_away(text, readers):
        reader, word = told[0]
        message = f'The text names {reader.name or "a client"} ("{word}"), and clients of other tickets would read it.'
        raise WriteError(message, hint="Say it without names of clients and numbers of their tickets.")


def _note(each: UnderIncident, text: str, wrote: Mapping[int, Any], desk: ConfiguredDesk) -> Row:
    why = "" if each.state is TicketState.OPEN else _WHY[each.state]
    at = wrote.get(each.local_id)
    if not why and at is not None and at > (each.told_at or each.linked_at):
        why = f"the client wrote on {plain(at.astimezone(ZoneInfo(desk.timezone)))}"
    if each.state is TicketState.OPEN and not each.company:
        why = "; ".join(filter(None, (why, _NAMELESS)))
    return _row(What.NOTE, each, text, why, is_left=each.state is not TicketState.OPEN)


def _internal(one: Whole, text: str, clients: int) -> Iterator[Row]:
    told = f"Told the clients of {counted(clients, 'ticket')}:\n{text}" if clients else text
    why = ""
    if one.parent_id is None:
        why = not_made(one)
    elif one.is_gone:
        why = _GONE
    yield Row(
        What.INTERNAL, one.parent_id, one.head.connection, one.head.parent_ref, one.parent, None, told, why,
        is_left=bool(why),
    )  # fmt: skip


def not_made(one: Whole) -> str:
    """Return why an incident has no ticket of our own."""
    head = one.head
    if head.made in _ENDED:
        return f"our own ticket is not made: write {head.write_id} was {head.made}"
    return "our own ticket is not made yet: its write waits"


def unlink_plan(tx: Tx, number: int, tickets: Sequence[str], connection: str | None) -> Plan:
    """Return which tickets would stand under an incident no more.

    Raises:
        NotFoundLocallyError: There is no such incident.
        WriteError: It is closed.
    """
    one = open_incident(tx, number)
    rows = []
    for word in dict.fromkeys(tickets):
        meant = [
            each
            for each in one.standing
            if word in {each.ticket, each.external_id} and connection in {None, each.connection}
        ]
        if len(meant) == 1:
            (each,) = meant
            rows.append(_row(What.UNLINK, each, ""))
            continue
        why = "it does not stand under it"
        if meant:
            which_of = ", ".join(f"{each.ticket} ({each.external_id}) at {each.connection}" for each in meant)
            why = f"it could be {which_of}: say its connection, or its other number"
        rows.append(Row(What.UNLINK, None, connection or "", None, word, None, "", why, is_left=True))
    return Plan(number, one.head.title, tuple(rows))


def close_plan(tx: Tx, number: int, text: str | None, *, tickets: bool) -> Plan:
    """Return what closing an incident would propose.

    Raises:
        NotFoundLocallyError: There is no such incident.
        WriteError: It is closed, nothing was ever said, or a client would read of another one.
    """
    one = incident(tx, number)
    is_over = one.head.closed_at is not None
    said = (text or one.head.said or (one.updates[-1].text if one.updates else "")).strip()
    if is_over and said != one.head.said:
        open_incident(tx, number)
    if not said:
        raise WriteError("Nobody has said what it was.", hint="Say it with --text; who reads the tickets reads it too.")
    ensure_safe(one.readers, said)
    rows = [_closing(each, said) for each in one.standing if tickets]
    if one.parent_id is not None and not one.is_gone:
        parent = (one.parent_id, one.head.connection, one.head.parent_ref, one.parent, None)
        rows.append(Row(What.CLOSE, *parent, said))
    if is_over:  # a closing that broke off is gone on with
        rows = [row for row in rows if not row.is_left and asked_before(tx, closing_id(number, row)) is None]
        if not rows:
            open_incident(tx, number)
    by_id = {each.local_id: each for each in one.tickets}
    for note in under_way(tx, number, by_id):
        each = by_id[note.ticket_id]
        rows.append(_row(What.NOTE, each, "", f"its note {note.waits}", is_left=True))
    return Plan(number, one.head.title, tuple(rows), text=said)


def closing_id(number: int, row: Row) -> str:
    """Return the id of the request that closes a ticket with its incident."""
    return f"{CLOSING}{number}:{row.local_id}"


def _closing(each: UnderIncident, text: str) -> Row:
    why = _WHY.get(each.state, "" if each.company else _NAMELESS)
    return _row(What.CLOSE, each, text, why, is_left=each.state in _WHY)
