"""Hooks of connectors to accounting systems (provisional)."""

from collections.abc import AsyncIterator, Sequence

from servicedesk_core.domain.billing import Account, Document, DocumentKind, DocumentReport
from servicedesk_core.hooks.markers import hookspec
from servicedesk_core.hooks.outcomes import ItemOutcome
from servicedesk_core.hooks.writing import FindResult


class BillingSpecs:
    """How documents get into the books and how they fare there.

    Payments and tax codes come through ``pull`` and ``map_record``, as the streams ``payments`` and ``tax_codes``.

    Provisional: no compatibility promise until two real connectors pass its suite.
    """

    @hookspec
    async def send_document(self, document: Document) -> DocumentReport:
        """Create a customer, an item, an invoice or a credit note, or change it when it has a ``ref``; once.

        Called after the document was approved and its intent was stored. The vendor's idempotency key is made from
        ``document.id``. Amounts are sent as they stand; the vendor's own totals are reported, not corrected.

        Args:
            document: What to send.

        Returns:
            The document as the accounting system has it now.

        Raises:
            RejectedError: The vendor refused it, or ``document.version`` is outdated; nothing was changed.
            OutcomeUnknownError: The request may have reached the vendor; ``find_document`` is asked before anything
                else.
            TransientError: The request certainly did not reach the vendor.

        Added in 1.0, provisional.
        """

    @hookspec
    async def find_document(self, document: Document) -> FindResult:
        """Look for a document whose fate is unknown.

        Args:
            document: The document that may have been created or changed.

        Returns:
            ``Found``, or ``ProvenAbsent`` only when the way of looking proves it, else ``Inconclusive``. ``None`` and
            an exception count as ``Inconclusive``.

        Added in 1.0, provisional.
        """

    @hookspec
    def fetch_documents(self, kind: DocumentKind, refs: Sequence[str]) -> AsyncIterator[ItemOutcome[DocumentReport]]:
        """Read how documents stand; implement it as an async generator.

        Args:
            kind: Which kind the ids belong to.
            refs: The vendor's ids, without duplicates.

        Yields:
            Exactly one outcome for each id, in any order.

        Raises:
            ConnectorError: Nothing could be asked at all.

        Added in 1.0, provisional.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    async def describe_accounts(self) -> tuple[Account, ...]:
        """List the ledger accounts that lines may be posted to.

        Returns:
            The accounts, inactive ones too.

        Raises:
            ConnectorError: The vendor could not be asked.

        Added in 1.0, provisional.
        """
