"""Who may do what, and when they last did."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Final

from sqlalchemy import Connection as Tx

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.capabilities import ASSIGNING, ROLES, Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.config.people import PersonSection
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import After, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.people.model import Permission, Person
from servicedesk_core.people import name_in, names_in
from servicedesk_core.store import audit, outbox

_NOBODY: Final = (
    "Nobody. As long as servicedesk.toml has no [people.NAME], every account of this machine may do everything."
)

_USES: Final[Mapping[str, Capability]] = {
    "write.queued": Capability.WRITES_APPROVE,
    "write.edited": Capability.WRITES_APPROVE,
    "write.discarded": Capability.WRITES_APPROVE,
    "writes.allowed": Capability.WRITES_APPROVE,
    "claim.drafted": Capability.CLAIMS_DRAFT,
    "claim.edited": Capability.CLAIMS_DRAFT,
    "claim.file_added": Capability.CLAIMS_DRAFT,
    "claim.recorded": Capability.CLAIMS_SEND,
    "claim.given_up": Capability.CLAIMS_SEND,
    "definitions.applied": Capability.DEFINITIONS_APPLY,
    "quality.sampled": Capability.QUALITY_WRITE,
    "quality.reviewed": Capability.QUALITY_WRITE,
    "quality.imported": Capability.QUALITY_WRITE,
    "concern.opened": Capability.QUALITY_WRITE,
    "concern.changed": Capability.QUALITY_WRITE,
    "concern.closed": Capability.QUALITY_WRITE,
    "scorecards.issued": Capability.SCORECARDS_WRITE,
    "scorecards.published": Capability.SCORECARDS_WRITE,
    "scorecards.agreed": Capability.SCORECARDS_WRITE,
    "scorecards.commented": Capability.SCORECARDS_COMMENT,
    "privacy.erased": Capability.PRIVACY_ACT,
    "privacy.copies_deleted": Capability.PRIVACY_ACT,
}
"""What the acts of the audit trail take; of what was proposed the outbox says more."""

_PROPOSES: Final = {"assets": Capability.WARRANTY_WRITE, "claims": Capability.CLAIMS_SEND}
"""What it takes to propose a write, by what it is about; else ``tickets.write``."""

Uses = dict[tuple[str, Capability | None], datetime]
"""When somebody last used a capability; with ``None``, when they last did anything."""


class People(Namespace[Manner]):
    """Who works with the desk."""

    desk: ConfiguredDesk

    @query(
        "people.list",
        about="Who works with the desk.",
        needs=Capability.PEOPLE_READ,
        empty=_NOBODY,
        unscoped="people belong to no client",
    )
    def list(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[Person]:
        """List the people of the desk: what they are, whose records they see, when they last did something.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        uses = _uses(tx)
        found = Page(
            tuple(
                Person(
                    person=name,
                    roles=tuple(role.value for role in person.roles),
                    account=person.account or name,
                    connection=person.connection or None,
                    companies=person.companies,
                    queues=person.queues,
                    technician_ref=person.technician or None,
                    last_act_at=uses.get((f"user:{name}", None)),
                )
                for name, person in self.desk.settings.people.items()
            )
        )
        return piece(found, Person, by="person", sort=sort, after=after, limit=limit)

    @query(
        "people.review",
        about="Who may do what.",
        needs=Capability.PEOPLE_READ,
        empty=_NOBODY,
        unscoped="people belong to no client",
    )
    def review(
        self,
        tx: Tx,
        *,
        person: Annotated[str | None, Help("Only this person.")] = None,
        capability: Annotated[Capability | None, Help("Only who may do this.")] = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
    ) -> Page[Permission]:
        """Review who may do what, by which role, for whose records, and when they last did it.

        Raises:
            SettingsError: The configuration has no such person, or the list no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        people, uses = self.desk.settings.people, _uses(tx)
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


def _sees(person: PersonSection) -> str:
    parts = [("clients", person.companies), ("queues", person.queues)]
    return "; ".join(f"{what} {', '.join(ids)}" for what, ids in parts if ids) or "all"


def _uses(tx: Tx) -> Uses:
    uses: Uses = {}
    for actor, action, at in audit.latest(tx):
        if action != audit.REFUSED:
            for name, capability in _used(actor, action):
                uses[name, capability] = max(at, uses.get((name, capability), at))
    for actor, kind, at, assigned_at in outbox.proposers(tx, ASSIGNING):
        took = _PROPOSES.get(kind.partition(".")[0], Capability.TICKETS_WRITE)
        for key, when in (((name_in(actor), took), at), ((name_in(actor), Capability.TICKETS_ASSIGN), assigned_at)):
            if when is not None:
                uses[key] = max(when, uses.get(key, when))
    return uses


def _used(actor: str, action: str) -> Iterable[tuple[str, Capability | None]]:
    acted = name_in(actor)
    yield from ((name, None) for name in names_in(actor))
    yield from ((name, Capability.ACT_AS) for name in names_in(actor) - {acted})
    if action in _USES:
        yield acted, _USES[action]
