"""What a service manager decides about contact with clients."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import Field

from servicedesk_core.domain import Model, Priority
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import DefinitionKind
from servicedesk_core.features.definitions import CALENDARS
from servicedesk_core.features.sla import Duration


class ClientContact(Model):
    """How long a client may hear from nobody while their ticket is open."""

    limits: Mapping[Priority, Duration] = Field(default={}, description="The limit of each priority.")
    otherwise: Duration | None = Field(default=None, description="That of the others; nothing = they have none.")
    calendar: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="The calendar whose hours count; nothing = each hour of the day does."
    )
    effective_from: Instant | None = Field(default=None, description="From when on it holds; nothing = since ever.")

    def limit(self, priority: Priority | None) -> timedelta | None:
        """Return the limit of a priority; ``None`` = there is none."""
        return self.otherwise if priority is None else self.limits.get(priority, self.otherwise)


CLIENT_CONTACT: Final = DefinitionKind(
    "client_contact",
    "rule of contact with clients",
    ClientContact,
    many=False,
    names={"calendar": CALENDARS.name},
)
"""How long a client may hear from nobody: ``[client_contact]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (CLIENT_CONTACT,)
