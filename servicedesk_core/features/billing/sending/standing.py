"""Whether a document is still as it was previewed, and whether the ledger has what was asked for."""

from collections import Counter
from collections.abc import Iterable

from servicedesk_core.domain.billing import DocumentKind, compared
from servicedesk_core.features.billing.drafts import Source
from servicedesk_core.features.billing.sending import tables
from servicedesk_core.features.billing.sending.rules import rounding_lines
from servicedesk_core.features.billing.sending.tables import StoredDocument
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, Tx
from servicedesk_core.wording import counted


def why_not_any_more(tx: Tx, document: StoredDocument) -> str | None:
    """Return why a document is not sent any more as it was previewed, as a sentence; ``None`` = it is."""
    if not tables.holds(tx, document.document_id):
        return f"What {document.number} bills is billed by another document since it was dropped."
    known = tables.sources_of(tx, document.document_id)
    marked = [one for one, mark in known.items() if mark is not None]
    now = tables.marks(tx, marked)
    if changed := [one for one in marked if now.get(one) != known[one]]:
        gone = [one for one in changed if one not in now]
        what = "is gone" if len(gone) == len(changed) else "changed"
        return f"{_told(changed)} {what} since {document.number} was previewed."
    is_ours = document.sequence is not None and document.kind is DocumentKind.INVOICE
    if is_ours and (posted := tables.posted(tx, known)):
        return f"{_told(posted)} was posted in the PSA, which bills it by itself."
    return None


async def compare(store: Store, clock: Clock, calls: ConnectorCalls, document: StoredDocument, ref: str) -> None:
    """Read a document in the ledger, and keep what it comes to there and how it differs from the request.

    Raises:
        ConnectorError: It could not be read.
    """
    shown = await calls.read_document(document.kind, ref)
    asked = document.requested
    difference = compared(asked, shown, rounding_lines=rounding_lines(asked, shown))
    amounts, at = (shown.net, shown.tax, shown.total), clock.now()
    await store.write(lambda tx: tables.note_shown(tx, document.document_id, amounts, difference.reasons, at))


def _told(several: Iterable[Source]) -> str:
    """Return what people call records: the first of a stream by its id, and how many there are besides."""
    found = sorted(several, key=lambda one: (one.stream, one.ref))
    more = Counter(one.stream for one in found)
    first = found[0]
    others = sum(more.values()) - 1
    return f"{first.stream} {first.ref}" + (f" and {counted(others, 'other record')}" if others else "")
