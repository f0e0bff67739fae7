"""Parts of ours that were taken for a claim."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from servicedesk_core.features.claims.model import ClaimPart
from servicedesk_core.store.queries import taken
from servicedesk_core.store.schema import outbox, part_claims


def taken_for(tx: Connection, claim: int, *, costs: bool) -> Iterator[ClaimPart]:
    """Yield the parts that were taken for a claim, the oldest first.

    Args:
        tx: Any transaction.
        claim: The desk's number of the claim.
        costs: Whether costs may be seen.
    """
    linked = select(part_claims.c.write_id).where(part_claims.c.claim == claim)
    for part in taken.taken(tx, outbox.c.id.in_(linked)):
        values = part.write.values
        yield ClaimPart(
            write=part.write.id,
            ticket=values.get("ticket_number") or values.get("ticket_id") or "",
            name=values.get("part_name") or part.write.parent or "",
            quantity=part.held,
            cost=part.cost if costs else None,
            currency=part.currency if costs else None,
            charged=part.charged,
        )
