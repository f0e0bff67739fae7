"""Documents for a ledger, of what clients owe: the links and the ledger's records are read once for all of them."""

from datetime import date, datetime

from servicedesk_core.domain.billing import DocumentRequest
from servicedesk_core.features.billing.drafts import Draft
from servicedesk_core.features.billing.mapping.rules import Asked, NotReady, Terms, request
from servicedesk_core.features.billing.mapping.tables import books_of
from servicedesk_core.features.billing.preview.tables.billers import by_client, policy_at
from servicedesk_core.features.profit import Month, exchange_rates, own_currency
from servicedesk_core.hooks import BillingCapability
from servicedesk_core.store import Tx, sources


class Requests:
    """Makes documents for a ledger.

    Args:
        tx: Any transaction.
        ledger: Name of its connection.
        capability: How it taxes, and what it takes.
        at: The present instant.

    Raises:
        NotFoundLocallyError: The store knows no such connection.
        DefinitionsError: A definition does not fit this program.
    """

    def __init__(self, tx: Tx, ledger: str, capability: BillingCapability, *, at: datetime) -> None:
        self._books, self._capability = books_of(tx, sources.get(tx, ledger)), capability
        self._policy = policy_at(tx, at)
        self._days = by_client(tx, self._policy.client_terms_days)
        self._ours, self._rates = own_currency(tx, at), exchange_rates(tx)

    def of(
        self,
        draft: Draft,
        *,
        number: str,
        issue_on: date,
        due_on: date | None = None,
        as_draft: bool = False,
        credits: str | None = None,  # noqa: A002  # as the request calls it
    ) -> DocumentRequest | NotReady:
        """Return what the ledger is to be asked for, or everything that is missing for it, at once.

        Args:
            draft: What the client owes, or gets back.
            number: The document's number.
            issue_on: Its date.
            due_on: When it is to be paid; ``None`` = as the draft or the terms say.
            as_draft: Whether it is left for somebody to approve in the ledger, where that has drafts.
            credits: Of a credit note: the ledger's id of the invoice that it settles.
        """
        asked = Asked(number, issue_on, due_on, as_draft, credits)
        return request(draft, self._books, self._capability, self._terms(draft, issue_on), asked)

    def _terms(self, draft: Draft, issue_on: date) -> Terms:
        own = self._capability.currency or self._ours
        return Terms(
            days=self._days.get((draft.connection, draft.company_ref), self._policy.terms_days),
            tolerance=self._policy.tolerance,
            own_currency=own,
            # Rates are told in the MSP's own currency; of a ledger in another one they say nothing.
            rate=self._rates.get((draft.currency, str(Month.of(issue_on)))) if own == self._ours else None,
        )
