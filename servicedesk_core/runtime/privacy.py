"""What a person may ask of a desk: to see what it holds of them, and to be forgotten."""

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from servicedesk_core.clock import SystemClock
from servicedesk_core.config import DeskSettings, Secrets, load_settings, store_url
from servicedesk_core.domain import STREAMS
from servicedesk_core.errors import NotFoundLocallyError, WriteStateError
from servicedesk_core.ports import Clock
from servicedesk_core.runtime.copies import delete, holding
from servicedesk_core.store import Store, audit, erased_people, erasing, leases, sources
from servicedesk_core.store.erasing import Person
from servicedesk_core.store.holding import held
from servicedesk_core.store.wiping import compact, wiping

LEASE_S = 120.0


@dataclass(frozen=True, slots=True)
class Found:
    """A place that names a person.

    Attributes:
        connection: The connection.
        where: Stream or table.
        id: The vendor's id of the record, or the number of the row.
        content: What is there.
    """

    connection: str
    where: str
    id: str
    content: Any


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Everything that the desk holds of a person.

    Attributes:
        connections: Connections in which they are a contact.
        found: Where they are named.
    """

    connections: tuple[str, ...]
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Erasure:
    """What became of a request to be forgotten.

    Attributes:
        connections: Connections in which they were a contact.
        rows: Rows that were deleted or rewritten.
        compacted: Whether the file was written anew, so that no old version of a row is left in it.
        copies: Backups and other files that the desk wrote itself, which may still hold them.
        deleted: Such files that were deleted.
    """

    connections: tuple[str, ...]
    rows: int
    compacted: bool
    copies: tuple[str, ...]
    deleted: tuple[str, ...] = ()


def export(config: Path, who: str, *, connection: str | None = None, clock: Clock | None = None) -> PersonalData:
    """Return everything that the store holds of a person.

    Args:
        config: The configuration.
        who: The vendor's id, or the e-mail address, of a contact.
        connection: Only of this connection; ``None`` = of all.
        clock: The time.

    Raises:
        NotFoundLocallyError: There is no such contact.
    """
    with Store.open(
        _address(load_settings(config)), clock=clock or SystemClock(), migrate="never", read_only=True
    ) as store:

        def look(tx: Connection) -> PersonalData:
            people = erasing.find(tx, who, connection)
            found = [Found(p.connection, m.where, m.id, m.content) for p in people for m in erasing.mentions(tx, p)]
            return PersonalData(tuple(p.connection for p in people), tuple(found))

        return store.read_blocking(look)


async def erase(
    config: Path,
    who: str,
    *,
    actor: str,
    connection: str | None = None,
    delete_copies: bool = False,
    clock: Clock | None = None,
) -> Erasure:
    """Take a person out of the store, and keep them out when the vendor still has them.

    It works piece by piece, each in a transaction of its own, and the contact itself goes last: after a crash it is
    asked for again with the same words.

    Args:
        config: The configuration.
        who: The vendor's id, or the e-mail address, of a contact.
        actor: Who asks for it, for the audit trail.
        connection: Only of this connection; ``None`` = of all.
        delete_copies: Also delete the desk's own backups and other files that may still hold them; also of somebody who
            was erased before.
        clock: The time.

    Raises:
        NotFoundLocallyError: There is no such contact, and nobody of that name was erased.
        WriteStateError: A write that names them is not finished yet.
        LeaseHeldError: A connection is being pulled now.
    """
    clock = clock or SystemClock()
    settings = load_settings(config)
    async with Store.open(_address(settings), clock=clock, migrate="never") as store:
        people = await store.read(partial(_people, who=who, connection=connection, may_be_gone=delete_copies))
        await store.read(partial(_refuse_unfinished, people=people))
        met = 0
        for person in people:
            async with held(store, leases.pulls_of(person.connection), LEASE_S):
                await store.write(partial(erasing.suppress, person=person))
                met += await store.write(partial(_rest, person=person))
                for stream in _contacts_last():
                    after: int | None = 0
                    while after is not None:
                        after, some = await store.write(
                            partial(_records, source_id=person.source_id, stream=stream, after=after)
                        )
                        met += some
                await store.write(partial(_note, person=person, actor=actor, clock=clock))
        compacted = compact(store)
        copies = await asyncio.to_thread(holding, settings, store, who)
        if delete_copies:
            await asyncio.to_thread(delete, copies)
            await store.write(partial(_note_deleted, count=len(copies), actor=actor, clock=clock))
        names = tuple(map(str, copies))
        kept, deleted = ((), names) if delete_copies else (names, ())
        return Erasure(tuple(p.connection for p in people), met, compacted, kept, deleted)


def _people(tx: Connection, who: str, connection: str | None, *, may_be_gone: bool) -> list[Person]:
    try:
        return erasing.find(tx, who, connection)
    except NotFoundLocallyError:
        known = [source.id for source in sources.all(tx) if connection in {None, source.name}]
        if may_be_gone and any(erased_people.load(tx, number).is_contact(who, who) for number in known):
            return []
        raise


def _refuse_unfinished(tx: Connection, people: list[Person]) -> None:
    numbers = [str(number) for person in people for number in erasing.unfinished_about(tx, person)]
    if numbers:
        message = f"Writes that name this person are not finished: {', '.join(numbers)}. Nothing was erased."
        raise WriteStateError(message, hint="Let them finish, or discard them, then erase again.")


def _rest(tx: Connection, person: Person) -> int:
    wiping(tx)
    audit.take_turn(tx)  # writes and claims are among it
    return erasing.erase_rest(tx, person)


def _records(tx: Connection, source_id: int, stream: str, after: int) -> tuple[int | None, int]:
    wiping(tx)
    return erasing.erase_records(tx, source_id, stream, after)


def _contacts_last() -> list[str]:
    """Return all streams; the contact itself goes last, so that a request that was cut off can be made again."""
    return [*(stream for stream in STREAMS if stream != "contacts"), "contacts"]


def _note(tx: Connection, person: Person, actor: str, clock: Clock) -> None:
    hidden = erased_people.load(tx, person.source_id)
    mark = erased_people.digest(hidden.key, person.source_id, erased_people.CONTACT, person.contact.external_id)
    audit.append(
        tx,
        at=clock.now(),
        actor=actor,
        action="privacy.erased",
        entity=f"contact:{person.connection}",
        after={"digest": mark},
    )


def _note_deleted(tx: Connection, count: int, actor: str, clock: Clock) -> None:
    if count:
        audit.append(
            tx, at=clock.now(), actor=actor, action="privacy.copies_deleted", entity="store", after={"files": count}
        )


def _address(settings: DeskSettings) -> str:
    return store_url(settings, Secrets(directory=settings.directory))
