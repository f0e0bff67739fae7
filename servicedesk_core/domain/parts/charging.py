"""Whether a part that a ticket took is the client's to pay. Pure."""

from decimal import Decimal
from typing import Final

from servicedesk_core.domain.warranty import ClaimState

GIVEN_UP: Final = frozenset({ClaimState.DENIED, ClaimState.REJECTED, ClaimState.CANCELLED})
"""Where a claim stands when a person may decide that the client pays after all."""


def owed(left: Decimal, claim: ClaimState | None, *, is_released: bool) -> Decimal:
    """Return how many of a part the client has to pay.

    Args:
        left: How many the ticket has, or will have: what was taken less what is given back.
        claim: Where the claim stands that it is for; ``None`` = it is for none.
        is_released: Whether a person decided that the client pays although it is for a claim.
    """
    if claim is None or (is_released and claim in GIVEN_UP):
        return left
    return Decimal(0)
