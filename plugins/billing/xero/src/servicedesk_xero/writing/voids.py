"""Documents that are taken back: voided, or deleted while they are drafts."""

from datetime import timedelta

from servicedesk_core.domain.billing import DocumentKind, DocumentStatus
from servicedesk_core.errors import NotFoundError, RejectedError, WriteConflictError
from servicedesk_core.hooks import (
    Clock,
    FindResult,
    Found,
    Inconclusive,
    ProvenAbsent,
    SourceRecord,
    Write,
    WriteReceipt,
)
from servicedesk_xero.api.client import Api
from servicedesk_xero.capabilities import VOID_INVOICE, capabilities
from servicedesk_xero.meaning.documents import KEYS, document
from servicedesk_xero.settings import XeroSettings
from servicedesk_xero.writing.documents import PARTS


class Voids:
    """Takes documents back.

    Args:
        api: Of the organisation.
        clock: The time.
        settings: Of the connection.
    """

    def __init__(self, api: Api, clock: Clock, settings: XeroSettings) -> None:
        self._api = api
        self._clock = clock
        self._settings = settings

    async def send(self, write: Write) -> WriteReceipt:
        """Take a document back.

        Raises:
            RejectedError: It is settled or gone, or somebody changed it; nothing was sent.
            OutcomeUnknownError: It may have been done.
            TransientError: Nothing was sent.
        """
        capabilities(self._settings).checked(write)
        kind, target = _kind(write), str(write.target)
        status = document(kind, await self._api.one(PARTS[kind], target)).status
        if (based := write.base.get("status")) is not None and based != status.value:
            message = f"The document is {status.value} in Xero by now, not {based}."
            raise WriteConflictError(message, theirs={"status": status.value})
        if status in {DocumentStatus.DRAFT, DocumentStatus.SUBMITTED}:
            word = "DELETED"
        elif status is DocumentStatus.OPEN:
            word = "VOIDED"
        else:
            raise RejectedError(
                f"A document that is {status.value} cannot be voided in Xero.",
                field_errors=("status",),
                hint="Take back its payments and credits in Xero first, or write a credit note.",
            )
        row = {KEYS[kind]: target, "Status": word}
        made = await self._api.change(PARTS[kind], row, act=write.id, ref=target)
        return WriteReceipt(target, record=SourceRecord(target, made))

    async def find(self, write: Write) -> FindResult:
        """Look whether a document was taken back.

        Raises:
            ConnectorError: Xero could not be asked.
        """
        kind, target = _kind(write), str(write.target)
        try:
            shown = document(kind, await self._api.one(PARTS[kind], target))
        except NotFoundError:
            return Inconclusive("Xero does not have the document any more.")
        if not shown.status.counts:
            return Found(target)
        ready = (write.attempted_at or self._clock.now()) + timedelta(seconds=self._settings.settle_s)
        if self._clock.now() < ready:
            return Inconclusive("The document does not show it yet.", ask_again_at=ready)
        return ProvenAbsent(f"the document is {shown.status.value}")


def _kind(write: Write) -> DocumentKind:
    return DocumentKind.INVOICE if write.kind == VOID_INVOICE else DocumentKind.CREDIT_NOTE
