"""Invoices that are voided: they stay in the books, and come to nothing."""

from datetime import timedelta

from servicedesk_core.errors import NotFoundError
from servicedesk_core.hooks import Clock, FindResult, Found, Inconclusive, ProvenAbsent, Write, WriteReceipt
from servicedesk_quickbooks.api.client import Api
from servicedesk_quickbooks.meaning.documents import is_void
from servicedesk_quickbooks.meaning.lists import key
from servicedesk_quickbooks.reading.streams import source
from servicedesk_quickbooks.writing.requests import refused, voiding


class Voiding:
    """Voids invoices.

    Args:
        api: The company's interface.
        clock: The time.
        settle_s: Seconds after which what does not show was not done.
    """

    def __init__(self, api: Api, clock: Clock, settle_s: float) -> None:
        self._api = api
        self._clock = clock
        self._settle_s = settle_s

    async def send(self, write: Write) -> WriteReceipt:
        """Void an invoice of the version that was read.

        Raises:
            RejectedError: It was refused, or there is a newer version.
            OutcomeUnknownError: It may have been done.
            TransientError: Nothing was sent.
        """
        target = str(write.target)
        if str(write.values.get("status")) != "void":
            raise refused("an invoice in QuickBooks can only be voided.", "status")
        revision = write.base_revision or str((await self._api.one("Invoice", target)).get("SyncToken"))
        row = await self._api.write("Invoice", voiding(target, revision), request_id=write.id, operation="void")
        return WriteReceipt(key(row), record=source(row))

    async def find(self, write: Write) -> FindResult:
        """Look whether an invoice is void.

        Raises:
            ConnectorError: The company could not be asked.
        """
        try:
            row = await self._api.one("Invoice", str(write.target))
        except NotFoundError:
            return Inconclusive("The invoice is deleted in QuickBooks.")
        if is_void(row):
            return Found(key(row))
        now = self._clock.now()
        ready = (write.attempted_at or now) + timedelta(seconds=self._settle_s)
        if now < ready:
            return Inconclusive("The invoice does not show it yet.", ask_again_at=ready)
        return ProvenAbsent("the invoice is not void")
