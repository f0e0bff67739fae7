"""Tickets as the list of attention shows them."""

from collections.abc import Sequence

from servicedesk_core.features.attention.model import Attention, Placed
from servicedesk_core.features.tickets import rows_by_id
from servicedesk_core.store import Tx


def rows_of(tx: Tx, placed: Sequence[Placed]) -> tuple[Attention, ...]:
    """Return tickets with titles and names, in the order in which they are given."""
    rows = rows_by_id(tx, [one.local_id for one in placed])
    return tuple(
        Attention(
            local_id=row.local_id,
            connection=row.connection,
            external_id=row.external_id,
            number=row.number,
            title=row.title,
            company=row.company,
            priority=row.priority,
            assignee=row.assignee,
            reason=one.reason,
            next_actor=one.next_actor,
            next_at=one.next_at,
            why=one.decision.why,
            rule=one.decision.rule,
            judged_by=one.judged_by,
            url=row.url,
        )
        for one in placed
        for row in (rows[one.local_id],)
    )
