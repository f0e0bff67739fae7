"""Invoices of the PSA that the ledger has under their number: compared to the cent and linked, never made twice."""

from collections.abc import Callable, Sequence
from functools import partial

from servicedesk_core.domain.billing import DocumentRequest, compared
from servicedesk_core.features.billing.drafts import Draft
from servicedesk_core.features.billing.sending import tables
from servicedesk_core.features.billing.sending.batches import LedgerDesk, known_of, stored
from servicedesk_core.features.billing.sending.rows import Shown
from servicedesk_core.features.billing.sending.rules import rounding_lines
from servicedesk_core.store import Tx, audit


async def linked(
    desk: LedgerDesk,
    ledger: str,
    there: Sequence[tuple[Draft, Shown]],
    request_of: Callable[[Draft, str], DocumentRequest],
) -> None:
    """Read documents that the ledger has already, compare them with what the PSA invoiced, and link them.

    Args:
        desk: The desk.
        ledger: Its connection.
        there: What the PSA invoiced, each with what the ledger has under its number.
        request_of: Makes what the ledger would be asked for.

    Raises:
        ConnectorError: One could not be read.
        WriteError: Something of one is not linked to the ledger.
    """
    if not there:
        return
    opened = await desk.host.open(ledger)
    for draft, found in there:
        asked = request_of(draft, draft.number or "")
        shown = await opened.calls.read_document(found.kind, found.ref)
        difference = compared(asked, shown, rounding_lines=rounding_lines(asked, shown))
        keep = partial(_keep, desk=desk, ledger=ledger, draft=draft, asked=asked, ref=found.ref)
        document = await desk.store.write(keep)
        amounts, at = (shown.net, shown.tax, shown.total), desk.clock.now()
        note = partial(tables.note_shown, document_id=document, amounts=amounts, why=difference.reasons, at=at)
        await desk.store.write(note)


def _keep(tx: Tx, *, desk: LedgerDesk, ledger: str, draft: Draft, asked: DocumentRequest, ref: str) -> int:
    audit.take_turn(tx)
    by, now = desk.outbox.actor, desk.clock.now()
    document = stored(draft, asked, ledger=ledger, batch=draft.digest, by=by, at=now, linked_ref=ref)
    number = tables.keep(tx, document, known_of(tx, [draft]))
    audit.append(tx, at=now, actor=by, action="billing.linked", entity=f"document:{draft.number}", after={"ref": ref})
    return number
