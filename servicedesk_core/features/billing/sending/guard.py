"""What documents are held against when they are stored or edited, and when another person has to approve one."""

from collections.abc import Callable, Iterator

from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.features.billing.kinds import BILLING, BillingPolicy
from servicedesk_core.features.billing.sending import tables
from servicedesk_core.features.billing.sending.rules import KIND_OF, above, without_money
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.profit import own_currency
from servicedesk_core.ports import Clock
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite


class DocumentGuard:
    """Implements :class:`servicedesk_core.outbox.guards.Guard` for invoices and credit notes."""

    def warnings(self, tx: Tx, intent: Intent, *, without: int | None) -> Iterator[str]:
        """Yield nothing: what is billed already is refused."""
        del tx, intent, without
        yield from ()

    def stored(self, tx: Tx, write: StoredWrite) -> None:
        """Make sure that what is sent is what was previewed.

        Raises:
            WriteError: It was made by nobody who says what it bills, or somebody edits it.
        """
        if write.kind not in KIND_OF:
            return
        document = tables.of_write(tx, write.id)
        if document is None:
            hint = "`servicedesk billing send` makes one of what was previewed."
            raise WriteError("A document says what it bills.", hint=hint)
        if write.values != without_money(document.requested):
            hint = f"`servicedesk writes discard {write.id}`, and preview and send it anew."
            raise WriteError(f"{document.number} is sent as it was previewed, and not edited.", hint=hint)


GUARD = DocumentGuard()


def another_person(clock: Clock) -> Callable[[Tx, StoredWrite], str | None]:
    """Return what says why a document takes another person than who proposed it.

    Args:
        clock: The time, of which the definitions are that hold the limit.
    """

    def reason(tx: Tx, write: StoredWrite) -> str | None:
        document = tables.of_write(tx, write.id) if write.kind in KIND_OF else None
        if document is None:
            return None
        policy = next(iter(in_force(tx, BILLING, clock.now())), BillingPolicy())
        return above(document.net, document.currency, policy.four_eyes_above, own_currency(tx, clock.now()))

    return reason
