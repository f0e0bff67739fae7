"""What charges of parts are held against in the transaction that stores them: nothing is charged twice, or unowed."""

from collections.abc import Iterator
from decimal import Decimal

from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.store import Tx, outbox, records, sources
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.queries.taken import Taken, quantity_of, taken_charged_by, taken_given_back_by


class ChargeGuard:
    """Implements :class:`servicedesk_core.outbox.guards.Guard` for charges of parts; others are let through."""

    def warnings(self, tx: Tx, intent: Intent, *, without: int | None) -> Iterator[str]:  # noqa: ARG002
        """Yield that the client was billed for what a charge takes back."""
        if Decimal(str(intent.values.get("quantity") or 0)) < 0:
            yield "It takes back what was charged: a credit to the client, if that was billed already."

    def stored(self, tx: Tx, write: StoredWrite) -> None:
        """Make sure that no more is charged than the client owes, and no more taken back than was charged.

        Raises:
            WriteError: It is.
        """
        part = taken_charged_by(tx, write)
        if part is None:
            return
        if quantity_of(write) > 0 and part.due < 0:
            raise not_owed(part)
        if quantity_of(write) < 0 and part.due > 0:
            raise WriteError("So many were not charged.", hint="servicedesk parts uncharged says what is owed.")


def not_owed(part: Taken) -> WriteError:
    """Return the error that a part is not the client's to pay."""
    if part.claim is not None and not part.claim.released_by:
        state = part.claim.state.value.replace("_", " ")
        return WriteError(
            f"It is for claim {part.claim.claim_id}, which is {state}: nobody is invoiced for it.",
            hint="Once the claim was refused, a person may charge it with --reason.",
        )
    return WriteError("It is charged already, or on its way.", hint="servicedesk parts uncharged lists what is not.")


def is_credit_of_billed(tx: Tx, number: int) -> bool:
    """Return whether the PSA has billed, as of its last sync, a charge of what a write gives back."""
    part = taken_given_back_by(tx, outbox.get(tx, number))
    for one in part.charges if part is not None else ():
        if one.ref is None:
            continue
        found = records.load(tx, sources.get(tx, one.connection).id, "charges", [one.ref]).get(one.ref)
        if getattr(found, "is_billed", None):
            return True
    return False


GUARD = ChargeGuard()
