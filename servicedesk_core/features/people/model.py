"""A person of the desk, and what one may do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works with the desk."""

    person: Annotated[str, Column("Their name in the configuration.")]
    roles: Annotated[tuple[str, ...], Column("What they are.", wraps=True)]
    account: Annotated[str, Column("Their account of the operating system.")]
    connection: Annotated[str | None, Column("Whose ids the others are.", shown=False)]
    companies: Annotated[tuple[str, ...], Column("Ids of the clients that they see; none = all.", "Clients", cut=8)]
    queues: Annotated[tuple[str, ...], Column("Ids of the queues that they see; none = all.", cut=8)]
    technician_ref: Annotated[str | None, Column("Id of the technician that they are.", "Technician", spare=1)]
    last_act_at: Annotated[datetime | None, Column("When the audit trail last has an act of theirs; nothing = never.")]


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that a person may do."""

    person: Annotated[str, Column("Their name in the configuration.")]
    capability: Annotated[str, Column("What they may.")]
    about: Annotated[str, Column("What that allows to.", "Allows to", wraps=True, spare=1)]
    roles: Annotated[tuple[str, ...], Column("By which of their roles.", "By role")]
    sees: Annotated[str, Column("For whose records.", spare=2)]
    last_used_at: Annotated[
        datetime | None,
        Column("When the audit trail last has an act that took it; nothing = never, or it leaves no record: reading."),
    ]
