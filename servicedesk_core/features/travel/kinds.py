"""The kinds of definitions of travel: where clients are, and where technicians set out from."""

from typing import Annotated, Any, Final

from pydantic import Field

from servicedesk_core.domain import Model
from servicedesk_core.domain.base import Instant
from servicedesk_core.domain.places import Point
from servicedesk_core.faces import Capability, DefinitionKind, Refers
from servicedesk_core.features.skills import TECHNICIANS

_Word = Annotated[str, Field(min_length=1)]


class _Located(Model):
    """Something at a point on the earth."""

    name: _Word
    latitude: Annotated[float, Field(ge=-90, le=90)] = Field(description="In degrees, south of the equator below 0.")
    longitude: Annotated[float, Field(ge=-180, le=180)] = Field(description="In degrees, west of Greenwich below 0.")
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")

    @property
    def at(self) -> Point:
        """The point."""
        return Point(self.latitude, self.longitude)


class Home(_Located):
    """Where the day of a technician begins and ends. Only those read it who may see absences."""

    technician: _Word = Field(description="Who sets out from there.")


class Place(_Located):
    """Where a client is."""

    company: _Word = Field(description="The client, by name or the vendor's id.")
    site: _Word | None = Field(
        default=None, description="Its site, by name or the vendor's id; nothing = wherever no other place is said of."
    )


HOMES: Final = DefinitionKind("homes", "home", Home, names={"technician": TECHNICIANS.name}, needs=Capability.ABSENCES)
"""Where technicians set out from: ``[homes.NAME]``."""

PLACES: Final = DefinitionKind(
    "places", "place", Place, records={"company": Refers("companies"), "site": Refers("sites")}
)
"""Where clients are: ``[places.NAME]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (HOMES, PLACES)
