"""How often clients are told of a major incident, as the service manager decides."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from pydantic import Field

from servicedesk_core.domain import Model, Priority
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import DefinitionKind
from servicedesk_core.features.sla import Duration


class IncidentUpdates(Model):
    """How often clients are told how a major incident stands."""

    every: Mapping[Priority, Duration] = Field(
        default={Priority.P1: timedelta(minutes=30)}, description="That of each priority, counted over each hour."
    )
    otherwise: Duration = Field(default=timedelta(hours=1), description="That of the others.")
    effective_from: Instant | None = Field(default=None, description="From when on it holds; nothing = since ever.")

    def of(self, priority: Priority | None) -> timedelta:
        """Return how often clients are told of an incident of a priority."""
        return self.otherwise if priority is None else self.every.get(priority, self.otherwise)


UPDATES: Final = DefinitionKind("incident_updates", "rule of updates on incidents", IncidentUpdates, many=False)
"""How often clients are told: ``[incident_updates]``; without it each 30 minutes of a P1, each hour of others."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (UPDATES,)
