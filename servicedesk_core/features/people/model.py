"""A person of the desk, and what one may do."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column


class Listed(StrEnum):
    """Where it stands what somebody is."""

    CONFIGURED = "configured"
    INVITED = "invited"


class Signing(StrEnum):
    """Whether somebody can sign in to the console."""

    NO = "no"
    LINK = "has a link"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works with the desk."""

    person: Annotated[str, Column("Their name in the list of people.", leads="people.show")]
    roles: Annotated[tuple[str, ...], Column("What they are.", wraps=True)]
    listed: Annotated[
        Listed, Column("Where that stands: in the configuration, or in the store since they were invited.", spare=2)
    ]
    account: Annotated[str, Column("Their account of the operating system; of those of the configuration.", spare=1)]
    connection: Annotated[str | None, Column("Whose ids the others are.", shown=False)]
    companies: Annotated[tuple[str, ...], Column("Ids of the clients that they see; none = all.", "Clients", cut=8)]
    queues: Annotated[tuple[str, ...], Column("Ids of the queues that they see; none = all.", cut=8)]
    technician_ref: Annotated[str | None, Column("Id of the technician that they are.", "Technician", spare=1)]
    given_by: Annotated[str | None, Column("Who said so; nothing = whoever edits the configuration.", shown=False)]
    given_at: Annotated[datetime | None, Column("When that was said.", shown=False)]
    signs_in: Annotated[Signing, Column("Whether they can sign in to the console.", "Sign-in")]
    link_until: Annotated[datetime | None, Column("Until when the link can be used that they were given.", shown=False)]
    last_sign_in_at: Annotated[datetime | None, Column("When they last signed in; nothing = never.", shown=False)]
    tokens: Annotated[int, Column("How many tokens of theirs open something.", spare=1)]
    last_act_at: Annotated[datetime | None, Column("When the audit trail last has an act of theirs; nothing = never.")]


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that a person may do."""

    person: Annotated[str, Column("Their name in the list of people.", leads="people.show")]
    capability: Annotated[str, Column("What they may.")]
    about: Annotated[str, Column("What that allows to.", "Allows to", wraps=True, spare=1)]
    roles: Annotated[tuple[str, ...], Column("By which of their roles.", "By role")]
    sees: Annotated[str, Column("For whose records.", spare=2)]
    last_used_at: Annotated[
        datetime | None,
        Column("When the audit trail last has an act that took it; nothing = never, or it leaves no record: reading."),
    ]


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link by which somebody chooses a password for the console."""

    person: Annotated[str, Column("Who.")]
    roles: Annotated[tuple[str, ...], Column("What they are.")]
    link: Annotated[str, Column("What they open in a browser. It is shown this once, and works once.")] = field(
        repr=False
    )
    expires_at: Annotated[datetime, Column("Until when it can be used.")]


@dataclass(frozen=True, slots=True)
class PersonChanged:
    """What became of a person."""

    person: Annotated[str, Column("Who.")]
    roles: Annotated[tuple[str, ...], Column("What they are now; none = they are in the list no more.")]
    is_changed: Annotated[bool, Column("Whether that is anything new; then they have to sign in again.")]
    ended: Annotated[int, Column("How many sign-ins ended with it.")]
    tokens_revoked: Annotated[int, Column("How many tokens open nothing any more.")]
