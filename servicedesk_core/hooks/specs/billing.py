"""Hooks of connectors to accounting systems."""

from servicedesk_core.domain.billing import Document, DocumentKind
from servicedesk_core.hooks.markers import hookspec


class BillingSpecs:
    """How a document in the books is read back.

    That is the only hook of the family. What a ledger keeps is pulled as the streams ``customers``, ``sales_items``,
    ``tax_codes``, ``ledger_accounts``, ``sales_invoices``, ``credit_notes``, ``payments`` with ``payment_allocations``,
    which are ``part_of`` them, and ``bills``.

    Documents are made by the writes ``sales_invoices.create`` and ``credit_notes.create``, whose values are a
    :class:`~servicedesk_core.domain.billing.DocumentRequest`, and found again by its ``number``: send that in the
    ledger's field for numbers, or, where the ledger numbers itself, in its reference. Hold what the ledger made of it
    against the request with :func:`~servicedesk_core.domain.billing.compared`, before and after a doubt alike: for a
    difference that is within the tolerance add one rounding line; for any other take the document back (delete, else
    void) and raise :class:`~servicedesk_core.errors.RejectedError` with its reasons. A document of the same number
    that is not ours is refused, never changed. ``customers.create`` makes a customer of ``name``, ``email``,
    ``tax_number``, ``number`` and ``currency``; ``sales_invoices.void`` and ``credit_notes.void`` change ``status``.
    """

    @hookspec
    async def read_document(self, kind: DocumentKind, ref: str) -> Document:
        """Read a document with its lines, as the ledger shows it now. Must not change anything.

        Args:
            kind: What it is.
            ref: The ledger's id of it.

        Returns:
            The document; amounts are exact, read with :func:`servicedesk_core.domain.parts.decimal_of`.

        Raises:
            NotFoundError: The ledger does not have it, or not any more.
            AuthenticationError: The ledger rejected the credentials.
            ConnectorError: It could not be read.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover
