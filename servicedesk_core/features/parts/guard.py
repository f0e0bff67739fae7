"""What moves of parts are held against in the transaction that stores them: the shelf, the ticket, what was taken."""

from collections.abc import Iterator

from servicedesk_core.domain import DONE
from servicedesk_core.domain.parts import Part, StockLevel
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.features.parts.ordering.tables import ordered_for_claims
from servicedesk_core.features.parts.tables import moves
from servicedesk_core.features.parts.taking import not_so_many
from servicedesk_core.store import Tx, records, sources
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.queries.taken import RETURN, TAKE


class StockGuard:
    """Implements :class:`servicedesk_core.outbox.guards.Guard` for moves of parts."""

    def warnings(self, tx: Tx, intent: Intent, *, without: int | None) -> Iterator[str]:  # noqa: ARG002
        """Yield that a part is taken for a ticket on which nobody works any more, or was ordered for a claim."""
        name, ref = intent.values.get("ticket_connection"), intent.values.get("ticket_id")
        if intent.kind != TAKE or not (name and ref):
            return
        ticket = records.load(tx, sources.get(tx, name).id, "tickets", [ref]).get(ref)
        if ticket is not None and getattr(ticket, "status_category", None) in DONE:
            yield f"The ticket {intent.values.get('ticket_number') or ref} is closed."
        for order, claim in ordered_for_claims(tx, name, ref):
            yield f"Write {order} orders parts for this ticket and claim {claim}: is it one of them?"

    def stored(self, tx: Tx, write: StoredWrite) -> None:
        """Make sure that there are as many as a write takes, or gives back, and keep what they cost.

        Raises:
            WriteError: There are not.
        """
        if moves.quantity_of(write) <= 0:
            raise WriteError("Nothing would be moved.", hint="Say how many: --quantity.")
        if write.kind == TAKE:
            _take(tx, write)
        elif write.kind == RETURN:
            _give_back(tx, write)


def _give_back(tx: Tx, write: StoredWrite) -> None:
    take = moves.taken_as(tx, write.connection, write.values.get("move_ref") or "")
    if take is None:
        raise WriteError("Nothing was taken so.", hint="servicedesk parts taken lists what was.")
    left = moves.quantity_of(take) - moves.given_back(tx, take, without=write.id)
    if moves.quantity_of(write) > left:
        raise moves.too_many(left)


def _take(tx: Tx, write: StoredWrite) -> None:
    source, ref = sources.get(tx, write.connection).id, write.parent or ""
    level = records.load(tx, source, StockLevel.stream, [ref]).get(ref)
    if not isinstance(level, StockLevel):
        return  # only the stock knows it, and has the last word
    part = records.load(tx, source, Part.stream, [level.part_ref]).get(level.part_ref)
    others = moves.being_taken(tx, write.connection, ref, without=write.id)
    if level.available is not None and level.available - others < moves.quantity_of(write):
        name = write.values.get("part_name") or ref
        raise not_so_many(name, [(level, others)])
    if isinstance(part, Part):
        moves.keep_cost(tx, write.id, part)


GUARD = StockGuard()
