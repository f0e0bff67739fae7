"""A maker's own verdict on a device, held against the details that it shows."""

from collections.abc import Iterable
from datetime import date

from servicedesk_core.domain.warranty.coverage import Entitlement, EntitlementKind, covered_on

WITHOUT_DETAILS = "Covered, without details"
"""How a cover reads of which the maker says only that it is there."""


def heeding(covers: Iterable[Entitlement], day: date, *, verdict: bool | None) -> tuple[Entitlement, ...]:
    """Return covers from which nothing follows against the maker's own verdict.

    Where details contradict the verdict they are incomplete: contracts may be shown to others only. A device that is
    covered although no cover holds has one more, without an end; what covers a device that is not covered tells
    nothing about the hardware.

    Args:
        covers: What the verdict is about.
        day: The day of the answer.
        verdict: Whether the maker says that they cover; ``None`` = it does not say.
    """
    covers = tuple(covers)
    if verdict is True and covered_on(covers, day) is False:
        return (*covers, Entitlement(kind=EntitlementKind.OTHER, description=WITHOUT_DETAILS))
    if verdict is False:
        return tuple(_doubted(one) if one.covers_on(day) else one for one in covers)
    return covers


def _doubted(cover: Entitlement) -> Entitlement:
    return cover.model_copy(update={"covers_hardware": None})
