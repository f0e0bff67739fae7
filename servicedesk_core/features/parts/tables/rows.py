"""Parts on the shelf as lists show them."""

from servicedesk_core.domain.currencies import in_cents, unit_price
from servicedesk_core.domain.warranty.makers import maker_name
from servicedesk_core.features.parts.model import StockRow
from servicedesk_core.features.parts.rules import places_of
from servicedesk_core.features.parts.tables.shelf import Shelf, total


def stock_row(shelf: Shelf, *, costs: bool) -> StockRow:
    """Return a part as lists show it.

    Args:
        shelf: The part.
        costs: Whether costs may be seen.
    """
    part = shelf.part
    return StockRow(
        name=part.name,
        manufacturer=maker_name(part.manufacturer) or None,
        manufacturer_part_number=part.manufacturer_part_number,
        number=part.number,
        upc=part.upc,
        kind=part.kind,
        connection=shelf.connection,
        ref=part.external_id,
        available=shelf.available,
        on_order=total(level.on_order for level in shelf.levels),
        minimum=part.minimum,
        lacking=shelf.lacking,
        places=tuple(places_of((level.place or "", level.available) for level in shelf.levels)),
        serial_numbers=tuple(level.serial_number for level in shelf.levels if level.serial_number),
        unit_cost=unit_price(part.unit_cost, part.currency) if costs and part.unit_cost is not None else None,
        value=in_cents(shelf.value, part.currency) if costs and shelf.value is not None else None,
        currency=part.currency if costs else None,
        is_discontinued=part.is_active is False,
        replaced_by=part.replaced_by,
    )
