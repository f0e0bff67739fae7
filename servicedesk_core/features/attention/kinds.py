"""What queues are for, where the mapping of the connector does not say it, or says it otherwise."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from servicedesk_core.domain import Model, QueueKind
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import DefinitionKind, Refers

_Queues = tuple[Annotated[str, Field(min_length=1)], ...]


class QueueKinds(Model):
    """Queues by what they are for, by name or id. Of the others the mapping of the connector says it."""

    triage: _Queues = Field(default=(), description="What comes in, and nobody has looked at.")
    helpdesk: _Queues = Field(default=(), description="Work on what clients ask for.")
    alert: _Queues = Field(default=(), description="What machines tell; it is watched, and not triaged.")
    noc: _Queues = Field(default=(), description="What those who watch over networks and servers have.")
    dispatch: _Queues = Field(default=(), description="What waits for an appointment.")
    projects: _Queues = Field(default=(), description="Work of projects.")
    recurring: _Queues = Field(default=(), description="Work that comes again by plan.")
    effective_from: Instant | None = Field(default=None, description="From when on it holds; nothing = since ever.")

    @property
    def words(self) -> Mapping[str, QueueKind]:
        """What each queue is for, by the word that names it."""
        return {word: kind for kind in QueueKind for word in getattr(self, kind.value)}

    @model_validator(mode="after")
    def _is_for_one_thing(self) -> Self:
        named = Counter(word.casefold() for kind in QueueKind for word in getattr(self, kind.value))
        if twice := sorted(word for word, times in named.items() if times > 1):
            msg = f"{', '.join(twice)}: named twice; a queue is for one thing"
            raise ValueError(msg)
        return self


QUEUE_KINDS: Final = DefinitionKind(
    "queue_kinds",
    "set of queue kinds",
    QueueKinds,
    many=False,
    records=dict.fromkeys((kind.value for kind in QueueKind), Refers("queues")),
)
"""What queues are for: ``[queue_kinds]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (QUEUE_KINDS,)
