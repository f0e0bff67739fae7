"""From the server's records to those of the domain; pure."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from servicedesk_core.domain.parts import Part, StockLevel
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import Mapped, fingerprint
from servicedesk_inventree.meaning.stock import available, average_paid, maker_of, on_hand, place_of
from servicedesk_inventree.meaning.values import count, instant, key, text
from servicedesk_inventree.settings import InvenTreeSettings

_VERSION = "1"
MAKERS, ITEMS = "_makers", "_items"
"""Where the reading puts a part's manufacturer parts, and its pieces, into its payload."""
PART_FIELDS = {
    "pk": "external_id", "name": "name", "IPN": "number", "category_name": "category", "minimum_stock": "minimum",
    "trackable": "is_serialized", "active": "is_active",
    "creation_date": "created_at",
}  # fmt: skip
LEVEL_FIELDS = {
    "pk": "external_id", "part": "part_ref", "location_detail": "place", "quantity": "on_hand",
    "allocated": "available", "in_stock": "available", "status": "available", "serial": "serial_number",
    "updated": "modified_at",
}  # fmt: skip


class Mapper:
    """Says what records mean.

    Args:
        settings: Of the connection.
    """

    def __init__(self, settings: InvenTreeSettings) -> None:
        self.zone = ZoneInfo(settings.time_zone)
        self.version = f"{_VERSION}.{fingerprint([settings.time_zone])}"

    def part(self, raw: Mapping[str, Any]) -> Mapped:
        """Return a part.

        Raises:
            MappingError: It has no key or no name.
        """
        ref, name = key(raw.get("pk")), text(raw.get("name"))
        if ref is None or name is None:
            raise MappingError("A part needs its key and a name.")
        maker, number = maker_of(raw.get(MAKERS))
        cost, currency = average_paid(raw.get(ITEMS)) or (None, None)
        return Mapped(
            Part(
                external_id=ref,
                name=name,
                number=text(raw.get("IPN")),
                manufacturer=maker,
                manufacturer_part_number=number,
                category=text(raw.get("category_name")),
                minimum=count(raw.get("minimum_stock")) or None,  # nought says that nobody set one
                unit_cost=cost,
                currency=currency,
                is_serialized=_flag(raw.get("trackable")),
                is_active=_flag(raw.get("active")),
                created_at=instant(raw.get("creation_date"), self.zone),
            )
        )

    def level(self, raw: Mapping[str, Any]) -> Mapped:
        """Return how many of a part lie at one place.

        Raises:
            MappingError: It has no key, no part or no quantity.
        """
        ref, part, here = key(raw.get("pk")), key(raw.get("part")), on_hand(raw)
        if ref is None or part is None or here is None:
            raise MappingError("A stock item needs its key, its part and a quantity.")
        return Mapped(
            StockLevel(
                external_id=ref,
                part_ref=part,
                place=place_of(raw),
                available=available(raw),
                on_hand=here,
                serial_number=text(raw.get("serial")),
                modified_at=instant(raw.get("updated"), self.zone),
            )
        )


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
