"""What a service manager says of services whose units somebody can count."""

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field

from servicedesk_core.domain.base import Instant, Model
from servicedesk_core.faces import DefinitionKind

_Word = Annotated[str, Field(min_length=1)]


class Counts(StrEnum):
    """What the units of a service are."""

    DEVICES = "devices"
    USERS = "users"


class CountedService(Model):
    """Services sold by what a client has: there shall not be more of it than units of them."""

    name: _Word
    services: Annotated[tuple[_Word, ...], Field(min_length=1)] = Field(
        description="Services of contracts, by name or the vendor's id; their units count together."
    )
    counts: Counts = Field(description="What a unit is: an active device, or an active contact.")
    kinds: tuple[_Word, ...] = Field(default=(), description="Only devices of these kinds; nothing = of all.")
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")


COUNTED: Final = DefinitionKind("counted_services", "set of counted services", CountedService)
"""What services are sold by: ``[counted_services.NAME]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (COUNTED,)
