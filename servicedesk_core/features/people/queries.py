"""Who may do what, and when they last did."""

from collections.abc import Iterator
from typing import Annotated, Final, Protocol

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.capabilities import ROLES, Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.config.people import Colleague, PersonSection
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import After, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.definitions import decisions
from servicedesk_core.features.people.kinds import PEOPLE, InvitedPerson
from servicedesk_core.features.people.model import Listed, Permission, Person, Signing
from servicedesk_core.features.people.rules import People as Roster
from servicedesk_core.features.people.tables import signed_in_at, uses_in
from servicedesk_core.features.signins import invited_until, with_password
from servicedesk_core.features.tokens import valid_by_person
from servicedesk_core.people import Actor
from servicedesk_core.store import Store, Tx, audit

UNSCOPED: Final = "people belong to no client"

_NOBODY: Final = (
    "Nobody. As long as servicedesk.toml has no [people.NAME], every account of this machine may do everything."
)


class PeoplesDesk(ConfiguredDesk, Protocol):
    """A desk that people work with."""

    @property
    def actor(self) -> Actor:
        """Who acts."""
        ...

    @property
    def store(self) -> Store:
        """Where it stands who was invited."""
        ...

    def people_in(self, tx: Tx) -> Roster:
        """Return the people as they are now."""
        ...


class People(Namespace[Manner]):
    """Who works with the desk."""

    desk: PeoplesDesk

    @query(
        "people.list",
        about="Who works with the desk.",
        needs=Capability.PEOPLE_READ,
        empty=_NOBODY,
        unscoped=UNSCOPED,
    )
    def list(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[Person]:
        """List the people of the desk: what they are, whose records they see, when they last did something.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        return piece(Page(tuple(self._rows(tx))), Person, by="person", sort=sort, after=after, limit=limit)

    @query(
        "people.show",
        about="Who somebody is.",
        needs=Capability.PEOPLE_READ,
        unscoped=UNSCOPED,
    )
    def show(
        self, tx: Tx, person: Annotated[str, Help("Their name in the list of people.", names="people.show")]
    ) -> Person:
        """Show what somebody is, by whose word, and by which ways they come in.

        Raises:
            NotFoundLocallyError: There is no such person.
        """
        people = {one.person: one for one in self._rows(tx)}
        if person not in people:
            message = f'There is no person "{person}".{did_you_mean(person, people)}'
            raise NotFoundLocallyError(message, hint="`servicedesk people list` shows them.")
        return people[person]

    @query(
        "people.review",
        about="Who may do what.",
        needs=Capability.PEOPLE_READ,
        empty=_NOBODY,
        unscoped=UNSCOPED,
    )
    def review(
        self,
        tx: Tx,
        *,
        person: Annotated[str | None, Help("Only this person.", names="people.list")] = None,
        capability: Annotated[Capability | None, Help("Only who may do this.")] = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
    ) -> Page[Permission]:
        """Review who may do what, by which role, for whose records, and when they last did it.

        Raises:
            SettingsError: There is no such person, or the list no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        people, uses = self.desk.people_in(tx), uses_in(audit.latest(tx), tx)
        if person is not None and person not in people:
            hint = f"There are: {', '.join(people) or 'none'}."
            raise SettingsError(f'There is no person "{person}".{did_you_mean(person, people)}', hint=hint)
        found = Page(
            tuple(
                Permission(
                    person=name,
                    capability=one.value,
                    about=one.about,
                    roles=tuple(role.value for role in section.roles if one in ROLES[role]),
                    sees=_sees(section),
                    last_used_at=uses.get((f"user:{name}", one)),
                )
                for name, section in people.items()
                if person in (None, name)
                for one in Capability
                if one in section.capabilities and capability in (None, one)
            )
        )
        return piece(found, Permission, by="person,capability", sort=sort, after=after, limit=limit)

    def _rows(self, tx: Tx) -> Iterator[Person]:
        latest, at = [*audit.latest(tx)], self.desk.clock.now()
        uses, signed_in = uses_in(latest, tx), signed_in_at(latest)
        able, links, tokens = with_password(tx), invited_until(tx, at), valid_by_person(tx, at)
        given = decisions(tx, PEOPLE)

        for name, one in self.desk.people_in(tx).items():
            by = given.get(name) if isinstance(one, InvitedPerson) else None
            asked = Signing.LINK if name in links else Signing.NO
            yield Person(
                person=name,
                roles=tuple(role.value for role in one.roles),
                listed=Listed.INVITED if isinstance(one, InvitedPerson) else Listed.CONFIGURED,
                account=one.account or name if isinstance(one, PersonSection) else "",
                connection=one.connection or None,
                companies=one.companies,
                queues=one.queues,
                technician_ref=one.technician or None,
                given_by=by.author if by is not None else None,
                given_at=by.at if by is not None else None,
                signs_in=Signing.YES if name in able else asked,
                link_until=links.get(name),
                last_sign_in_at=signed_in.get(f"user:{name}"),
                tokens=tokens.get(f"user:{name}", 0),
                last_act_at=uses.get((f"user:{name}", None)),
            )


def _sees(person: Colleague) -> str:
    parts = [("clients", person.companies), ("queues", person.queues)]
    return "; ".join(f"{what} {', '.join(ids)}" for what, ids in parts if ids) or "all"
