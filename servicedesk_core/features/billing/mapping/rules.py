"""What a ledger is to be asked for, of what a client owes. Pure, and exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from servicedesk_core.domain.billing import (
    Customer,
    DocumentKind,
    DocumentRequest,
    LedgerAccount,
    SalesItem,
    TaxCode,
    TaxRounding,
)
from servicedesk_core.domain.billing.documents import NUMBER_LENGTH
from servicedesk_core.features.billing.drafts import Draft, DraftLine, Sold, Subject
from servicedesk_core.features.billing.mapping.lines import MadeLine, few, made_line, ref_of, requested, taxes_of
from servicedesk_core.features.billing.mapping.links import (
    COMPANIES,
    DEFAULT,
    LINKED,
    ROUNDING,
    SERVICES,
    Books,
    Key,
    LedgerRecord,
    NoLink,
)
from servicedesk_core.hooks import BillingCapability

_ITEMS, _CODES, _ACCOUNTS = SalesItem.stream, TaxCode.stream, LedgerAccount.stream


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a document cannot be made yet.

    Attributes:
        what: What is wrong, as a sentence.
        do: What to do about it.
    """

    what: str
    do: str


@dataclass(frozen=True, slots=True)
class NotReady:
    """All that keeps a document from being made.

    Attributes:
        problems: Each once.
    """

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What else a document is made by.

    Attributes:
        days: After so many days an invoice is to be paid.
        tolerance: By so much the ledger's total may differ.
        own_currency: The ledger's own; ``None`` = nobody knows it.
        rate: What a unit of the draft's currency is worth in that; ``None`` = nobody said.
    """

    days: int
    tolerance: Decimal
    own_currency: str | None = None
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What whoever sends a document decides.

    Attributes:
        number: Its number.
        issue_on: Its date.
        due_on: When it is to be paid; ``None`` = as the terms say.
        as_draft: Whether it is left for somebody to approve in the ledger, where that has drafts.
        credits: Of a credit note: the ledger's id of the invoice that it settles.
    """

    number: str
    issue_on: date
    due_on: date | None = None
    as_draft: bool = False
    credits: str | None = None


def request(
    draft: Draft, books: Books, capability: BillingCapability, terms: Terms, asked: Asked
) -> DocumentRequest | NotReady:
    """Return what the ledger is to be asked for, or everything that is missing for it, at once.

    Args:
        draft: What the client owes, or gets back.
        books: What the ledger has, and what is linked to it.
        capability: How the ledger taxes, and what it takes.
        terms: What else it is made by.
        asked: What whoever sends it decides.
    """
    return _Making(draft, books, capability, terms, asked).made()


class _Making:
    def __init__(self, draft: Draft, books: Books, capability: BillingCapability, terms: Terms, asked: Asked) -> None:
        self._draft, self._books, self._takes, self._terms, self._asked = draft, books, capability, terms, asked
        self._problems: dict[Problem, None] = {}

    def made(self) -> DocumentRequest | NotReady:
        draft, asked = self._draft, self._asked
        customer = self._customer()
        self._check_currency(customer)
        if len(asked.number) > NUMBER_LENGTH:
            self._wrong(f"The number {asked.number} has more than {NUMBER_LENGTH} characters.", "Send a shorter one.")
        if draft.net < 0:
            self._wrong(
                "It comes to less than nothing.", "Bill a longer period, or give the rest back by a credit note."
            )
        lines = self._few([self._line(line, customer) for line in draft.lines])
        rounding = self._rounding()
        can_round = rounding != (None, None)
        taxes = taxes_of(lines, self._takes.tax_rounding, draft.currency)
        tax = self._tax(taxes, can_round=can_round)
        if self._problems or customer is None:
            return NotReady(tuple(self._problems))
        told = taxes if taxes is not None and self._takes.tax_rounding is TaxRounding.LINE else (None,) * len(lines)
        return DocumentRequest(
            kind=draft.kind,
            number=asked.number,
            customer=customer.external_id,
            issue_on=asked.issue_on,
            due_on=self._due_on(),
            currency=draft.currency,
            exchange_rate=self._terms.rate if self._is_foreign else None,
            lines=tuple(requested(lines, told)),
            net=draft.net,
            tax=tax,
            total=None if tax is None else draft.net + tax,
            tolerance=self._terms.tolerance if can_round else Decimal(0),
            rounding_item=rounding[0],
            rounding_account=rounding[1],
            draft=asked.as_draft and self._takes.has_drafts,
            reference=draft.reference,
            credits=asked.credits,
        )

    def _wrong(self, what: str, do: str) -> None:
        self._problems[Problem(what, do)] = None

    def _customer(self) -> Customer | None:
        draft = self._draft
        key = Key(draft.connection, COMPANIES, draft.company_ref, Customer.stream)
        found = self._found(key, draft.company)
        if found is NoLink.MISSING:
            self._unlinked(key, draft.company, NoLink.MISSING)
        return found if isinstance(found, Customer) else None

    def _unlinked(self, key: Key, name: str, why: NoLink) -> None:
        self._wrong(*self._books.told(key, name, why))

    def _line(self, line: DraftLine, customer: Customer | None) -> MadeLine:
        item, account = self._meant(line, _ITEMS), self._meant(line, _ACCOUNTS)
        if item is account is NoLink.MISSING:
            subject = _to_link(line.subjects)
            if subject is None:
                self._unlinked(self._default(line.sells, _ITEMS), line.sells.value, NoLink.MISSING)
            else:
                key = Key(self._draft.connection, subject.stream, subject.ref, _ITEMS)
                self._unlinked(key, subject.name, NoLink.MISSING)
        code = self._tax_code(line, customer, item, account)
        return made_line(line, self._takes, self._draft.currency, item=item, account=account, code=code)

    def _meant(self, line: DraftLine, target: str) -> LedgerRecord | NoLink:
        """Return what the first subject is that is linked, else what such lines are by default."""
        keys = [Key(self._draft.connection, one.stream, one.ref, target) for one in line.subjects]
        names = [*(one.name for one in line.subjects), line.sells.value]
        for key, name in zip([*keys, self._default(line.sells, target)], names, strict=True):
            if (found := self._found(key, name)) is not NoLink.MISSING:
                return found
        return NoLink.MISSING

    def _found(self, key: Key, name: str) -> LedgerRecord | NoLink:
        """Return what something is in the ledger; that a link leads nowhere is told."""
        found = self._books.linked(key)
        if isinstance(found, NoLink) and found is not NoLink.MISSING:
            self._unlinked(key, name, found)
        return found

    def _default(self, sells: Sold, target: str) -> Key:
        return Key("", DEFAULT, sells.value, target)

    def _tax_code(
        self, line: DraftLine, customer: Customer | None, *sold: LedgerRecord | NoLink
    ) -> LedgerRecord | NoLink:
        """Return how a line is taxed: as the client is, else as what is sold, else as the ledger says."""
        draft = self._draft
        of_client = self._found(Key(draft.connection, COMPANIES, draft.company_ref, _CODES), draft.company)
        linked = self._meant(line, _CODES) if of_client is NoLink.MISSING else of_client
        if linked is not NoLink.MISSING:
            return linked
        refs = (getattr(one, "tax_code_ref", None) for one in (customer, *sold))
        for said in (self._books.record(_CODES, ref) for ref in refs if ref is not None):
            if not isinstance(said, NoLink):
                return said
        if self._takes.tax_rounding is not TaxRounding.UNKNOWN and self._books.has(_CODES):
            self._unlinked(self._default(line.sells, _CODES), line.sells.value, NoLink.MISSING)
        return NoLink.MISSING

    def _few(self, lines: list[MadeLine]) -> list[MadeLine]:
        most = self._takes.max_lines
        left = few(lines, most)
        if len(left) > most:
            self._wrong(
                f"It has {len(left)} lines of different items, and {self._books.ledger} takes {most}.",
                "Bill a shorter period, or link more to the same item.",
            )
        return left

    def _tax(self, taxes: Sequence[Decimal] | None, *, can_round: bool) -> Decimal | None:
        """Return the tax of the document, as far as somebody knows it before the ledger."""
        said = self._draft.tax
        if taxes is None:
            return said
        tax = sum(taxes, Decimal(0))
        if said is None or said == tax:
            return tax
        if abs(said - tax) > self._terms.tolerance or not can_round:
            or_round = "" if can_round else ", or what rounding is: `servicedesk billing link default rounding ITEM`"
            self._wrong(
                f"Its tax is {said:f}, and {self._books.ledger} will come to {tax:f}.",
                f"Link the client or the items to the right tax codes{or_round}.",
            )
        return said

    def _rounding(self) -> tuple[str | None, str | None]:
        """Return item and account of a rounding line."""
        item, account = (self._found(Key("", DEFAULT, ROUNDING, one), ROUNDING) for one in (_ITEMS, _ACCOUNTS))
        return ref_of(item), ref_of(account)

    @property
    def _is_foreign(self) -> bool:
        return self._terms.own_currency not in {None, self._draft.currency}

    def _check_currency(self, customer: Customer | None) -> None:
        draft, ledger = self._draft, self._books.ledger
        theirs = None if customer is None else customer.currency or self._terms.own_currency
        if customer is not None and theirs not in {None, draft.currency}:
            self._wrong(
                f"{customer.name} is invoiced in {theirs} by {ledger}, and this is in {draft.currency}.",
                f"Link {draft.company} to a customer in {draft.currency}.",
            )
        if self._is_foreign and self._terms.rate is None:
            month = f"{self._asked.issue_on:%Y-%m}"
            self._wrong(
                f"Nobody said what {draft.currency} is worth in {self._terms.own_currency} in {month}.",
                f'Write months = {{ "{month}" = … }} of [exchange_rates.{draft.currency}].',
            )

    def _due_on(self) -> date | None:
        if self._draft.kind is DocumentKind.CREDIT_NOTE:
            return None
        return self._asked.due_on or self._draft.due_on or self._asked.issue_on + timedelta(self._terms.days)


def _to_link(subjects: Sequence[Subject]) -> Subject | None:
    """Return what somebody should link: a service rather than its place on a contract, else the most exact."""
    known = [one for one in subjects if one.stream in LINKED]
    return next((one for one in known if one.stream == SERVICES), next(iter(known), None))
