"""Who the technicians of definitions are at the vendors, and what their jobs take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import select

from servicedesk_core.config.people import Colleague
from servicedesk_core.features.definitions import in_force, versions_of
from servicedesk_core.features.skills.kinds import JOB_ROLES, TECHNICIANS, JobRole, Technician
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.names import Meant, meant_each
from servicedesk_core.store.schema import RECORDS

Key = tuple[int, str]
"""A technician: the source, and the vendor's id."""


@dataclass(frozen=True)
class Crew:
    """Who is meant by the names of technicians in definitions.

    Attributes:
        meant: The vendor's technicians by the name of each.
    """

    meant: Mapping[str, tuple[Meant, ...]]

    def keys(self, name: str) -> frozenset[Key]:
        """Return whom a name means at the vendors; nobody where they have no such technician."""
        return frozenset((one.source_id, one.external_id) for one in self.meant.get(name, ()))

    @cached_property
    def names(self) -> Mapping[Key, str]:
        """The names in definitions by the vendor's technician."""
        return {key: name for name in sorted(self.meant, reverse=True) for key in self.keys(name)}

    def called(self, tx: Tx, technician: tuple[str, str] | None) -> frozenset[str]:
        """Return the names in definitions of a technician: the connection, and the vendor's id."""
        if technician is None:
            return frozenset()
        connection, ref = technician
        theirs = {one.id for one in sources.all(tx) if one.name == connection}
        return frozenset(name for name in self.meant if any((number, ref) in self.keys(name) for number in theirs))


def crew(tx: Tx, people: Mapping[str, Colleague]) -> Crew:
    """Return who is meant by the names of all technicians that were ever defined.

    Args:
        tx: Any transaction.
        people: The people of the desk.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    return crew_of(tx, {one.name: one for one in versions_of(tx, TECHNICIANS)}, people)


def crew_of(tx: Tx, defined: Mapping[str, Technician], people: Mapping[str, Colleague]) -> Crew:
    """Return who is meant by the names of some technicians."""
    words = {name: _word(one, people.get(name)) for name, one in defined.items()}
    found = meant_each(tx, "technicians", set(words.values()), also="email")
    theirs = {one.name: one.id for one in sources.all(tx)}

    def of(name: str) -> Iterator[Meant]:
        person = people.get(name)
        source_id = theirs.get(person.connection) if person is not None and person.connection else None
        for one in found[words[name]]:
            if source_id in {None, one.source_id}:
                yield one

    return Crew({name: tuple(of(name)) for name in defined})


def words_of(tx: Tx, who: Crew) -> dict[str, str]:
    """Return the names in definitions by every word for a technician: names, ids and addresses, in small letters."""
    t = RECORDS["technicians"].c
    emails = {(row[0], row[1]): row[2] for row in tx.execute(select(t.source_id, t.external_id, t.email)) if row[2]}
    words: dict[str, str] = {}
    for name, meant in who.meant.items():
        for one in meant:
            said = (one.external_id, one.name or "", emails.get((one.source_id, one.external_id), ""))
            words |= {word.casefold(): name for word in said if word}
    return words | {name.casefold(): name for name in who.meant}


def _word(technician: Technician, person: Colleague | None) -> str:
    return technician.technician or (person.technician if person is not None else "") or technician.name


@dataclass(frozen=True, slots=True)
class Qualified:
    """A technician with their job at an instant."""

    technician: Technician
    role: JobRole | None


def qualified(tx: Tx, at: datetime) -> dict[str, Qualified]:
    """Return the technicians of an instant by name, with their jobs.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    roles = {one.name: one for one in in_force(tx, JOB_ROLES, at)}
    return {one.name: Qualified(one, roles.get(one.role or "")) for one in in_force(tx, TECHNICIANS, at)}
