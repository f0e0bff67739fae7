"""The kinds of definitions that every desk has."""

from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from servicedesk_core.domain.base import Instant, Model
from servicedesk_core.faces import DefinitionKind
from servicedesk_core.features.definitions.calendars import CALENDARS


class Freeze(Model):
    """A time in which no definition is changed, unless somebody says why it cannot wait."""

    name: Annotated[str, Field(min_length=1)]
    starts: Instant = Field(description="From when on nothing is changed.")
    ends: Instant = Field(description="Until when; at that instant it is over.")
    why: Annotated[str, Field(min_length=1)] = Field(description="What whoever is refused is told.")

    @model_validator(mode="after")
    def _is_a_time(self) -> Self:
        if self.starts >= self.ends:
            msg = "ends must come after starts; the day of ends is no longer frozen"
            raise ValueError(msg)
        return self


FREEZES: Final = DefinitionKind("freezes", "freeze", Freeze)
"""When definitions stay as they are: ``[freezes.NAME]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (FREEZES, CALENDARS)
