"""Looking for a part: each kind is searched side by side, and what comes is held against the question."""

from collections.abc import Sequence

from servicedesk_core.domain.parts import PartOffer, PartQuery, same_number
from servicedesk_core.http import together
from servicedesk_snipeit.api import Api
from servicedesk_snipeit.meaning import offers
from servicedesk_snipeit.settings import Kind, SnipeItSettings
from servicedesk_snipeit.values import Row, name, text

MOST = 200
"""Rows of one kind that somebody who waits at a screen is shown."""


async def found(api: Api, kinds: Sequence[Kind], query: PartQuery, settings: SnipeItSettings) -> tuple[PartOffer, ...]:
    """Return what fits.

    Raises:
        ConnectorError: It could not be asked.
    """
    term = query.serial or query.part_number or max((query.words or "").split(), key=len)
    answers = await together(*(api.page(kind, 0, MOST, search=term.strip()) for kind in kinds))
    return offers((row for _, rows in answers for row in rows if fits(row, query)), settings)


def fits(row: Row, query: PartQuery) -> bool:
    """Return whether a row is what somebody looks for: the search looks into notes, too."""
    numbers = [text(row.get(field)) for field in ("model_number", "item_no", "serial")]
    if query.part_number and not any(same_number(query.part_number, one) for one in numbers):
        return False
    if query.serial and query.serial.strip().casefold() != (numbers[-1] or "").casefold():
        return False
    told = (*numbers, text(row.get("name")), *(name(row.get(one)) for one in ("model", "manufacturer", "category")))
    whole = " ".join(filter(None, told)).casefold()
    return all(word in whole for word in (query.words or "").casefold().split())
