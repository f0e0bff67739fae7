"""Forgetting a person."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Annotated, Protocol

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain import STREAMS
from servicedesk_core.errors import NotFoundLocallyError, WriteStateError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.privacy import staff, tables
from servicedesk_core.features.privacy.copies import delete, holding
from servicedesk_core.features.privacy.model import Erasure
from servicedesk_core.features.privacy.queries import WHERE, WHO, PrivacyQueries, found
from servicedesk_core.features.privacy.tables import Person
from servicedesk_core.people import Actor
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, Tx, audit, erased_people, leases, sources
from servicedesk_core.store.holding import held
from servicedesk_core.store.wiping import compact, wiping


class ErasingDesk(ConfiguredDesk, Protocol):
    """A desk with the files that it wrote."""

    @property
    def store(self) -> Store:
        """Its own database."""
        ...

    actor: Actor
    """Who acts."""


def _question(contact: str, *, connection: str | None = None, delete_copies: bool = False) -> str:
    del contact, connection
    more = ", with the desk's own backups that hold them" if delete_copies else ""
    return f"Erase this person from the store for good{more}? It cannot be taken back."


class Privacy(PrivacyQueries[Manner]):
    """What the store holds of a person, and forgetting them."""

    desk: ErasingDesk

    @action(
        "privacy.erase",
        about="What was taken out of the store.",
        needs=Capability.PRIVACY_ACT,
        unscoped="a person is named all over the desk",
        asks=_question,
        page="servicedesk_core.features.privacy.pages:erasure",
    )
    async def erase(
        self,
        contact: Annotated[str, WHO],
        *,
        connection: Annotated[str | None, WHERE] = None,
        delete_copies: Annotated[
            bool,
            Help("Also delete the desk's own backups and pages that hold them; later too.", name="delete-backups"),
        ] = False,
    ) -> Erasure:
        """Take a person out of the store for good, and keep them out when the vendor still has them.

        The vendor is not changed. Of a technician goes what the desk keeps of how they work. After a crash it is asked
        for again with the same words.

        Raises:
            NotFoundLocallyError: There is no such person, and nobody of that name was erased.
            WriteStateError: A write that names them is not finished yet.
            LeaseHeldError: A connection is being pulled now.
        """
        store, clock, actor = self.desk.store, self.desk.clock, str(self.desk.actor)
        meant = partial(_people, who=contact, connection=connection, may_be_gone=delete_copies)
        people, colleagues = await store.read(meant)
        await store.read(partial(_refuse_unfinished, people=people))
        met = 0
        for person in people:
            of = person.connection
            async with held(store, leases.pulls_of(of)), held(store, leases.histories_of(of)):
                await store.write(partial(tables.suppress, person=person))
                met += await store.write(partial(_rest, person=person))
                for stream in _contacts_last():
                    after: int | None = 0
                    while after is not None:
                        after, some = await store.write(
                            partial(_records, source_id=person.source_id, stream=stream, after=after, at=clock.now())
                        )
                        met += some
                await store.write(partial(_note, person=person, actor=actor, clock=clock))
        for one in colleagues:
            met += await store.write(partial(_colleague, one=one, actor=actor, clock=clock))
        compacted = compact(store)
        copies = await asyncio.to_thread(holding, self.desk.settings, store, contact)
        if delete_copies:
            await asyncio.to_thread(delete, copies)
            await store.write(partial(_note_deleted, count=len(copies), actor=actor, clock=clock))
        names = tuple(map(str, copies))
        kept, deleted = ((), names) if delete_copies else (names, ())
        where = dict.fromkeys([one.connection for one in people] + [one.connection for one in colleagues])
        return Erasure(tuple(where), met, compacted, kept, deleted)


def _people(
    tx: Tx, who: str, connection: str | None, *, may_be_gone: bool
) -> tuple[list[Person], list[staff.Colleague]]:
    try:
        return found(tx, who, connection)
    except NotFoundLocallyError:
        known = [source.id for source in sources.all(tx) if connection in {None, source.name}]
        if may_be_gone and any(erased_people.load(tx, number).is_contact(who, who) for number in known):
            return [], []
        raise


def _refuse_unfinished(tx: Tx, people: list[Person]) -> None:
    numbers = [str(number) for person in people for number in tables.unfinished_about(tx, person)]
    if numbers:
        message = f"Writes that name this person are not finished: {', '.join(numbers)}. Nothing was erased."
        raise WriteStateError(message, hint="Let them finish, or discard them, then erase again.")


def _rest(tx: Tx, person: Person) -> int:
    wiping(tx)
    audit.take_turn(tx)  # writes and claims are among it
    return tables.erase_rest(tx, person)


def _colleague(tx: Tx, one: staff.Colleague, actor: str, clock: Clock) -> int:
    wiping(tx)
    audit.take_turn(tx)  # cards are issued in it
    met = staff.erase(tx, one)
    whom = f"technician:{one.connection}"
    audit.append(tx, at=clock.now(), actor=actor, action="privacy.erased", entity=whom, after={"rows": met})
    return met


def _records(tx: Tx, source_id: int, stream: str, after: int, at: datetime) -> tuple[int | None, int]:
    wiping(tx)
    return tables.erase_records(tx, source_id, stream, after, at)


def _contacts_last() -> list[str]:
    """Return all streams; the contact itself goes last, so that a request that was cut off can be made again."""
    return [*(stream for stream in STREAMS if stream != "contacts"), "contacts"]


def _note(tx: Tx, person: Person, actor: str, clock: Clock) -> None:
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


def _note_deleted(tx: Tx, count: int, actor: str, clock: Clock) -> None:
    if count:
        audit.append(
            tx, at=clock.now(), actor=actor, action="privacy.copies_deleted", entity="store", after={"files": count}
        )
