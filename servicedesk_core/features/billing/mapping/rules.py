"""What a ledger is to be asked for, of what a client owes. Pure, and exact."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from servicedesk_core.domain.billing import (
    Customer,
    DocumentKind,
    DocumentRequest,
    LedgerAccount,
    RequestedLine,
    SalesItem,
    TaxCode,
    TaxRounding,
    line_net,
    taxed,
)
from servicedesk_core.domain.billing.documents import NUMBER_LENGTH
from servicedesk_core.features.billing.drafts import Draft, DraftLine, Sold
from servicedesk_core.features.billing.mapping.links import (
    COMPANIES,
    DEFAULT,
    ROUNDING,
    Books,
    Key,
    LedgerRecord,
    NoLink,
)
from servicedesk_core.hooks import BillingCapability

_LONGEST: Final = 4_000
_ONE: Final = Decimal(1)
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


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with what it is in the ledger."""

    of: DraftLine
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    description: str
    item: str | None
    account: str | None
    tax_code: str | None
    rate: Decimal | None = field(compare=False, default=None)


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
        taxes, tax = self._tax(lines, can_round=rounding != (None, None))
        if self._problems or customer is None:
            return NotReady(tuple(self._problems))
        by_line = self._takes.tax_rounding is TaxRounding.LINE and taxes is not None
        return DocumentRequest(
            kind=draft.kind,
            number=asked.number,
            customer=customer.external_id,
            issue_on=asked.issue_on,
            due_on=self._due_on(),
            currency=draft.currency,
            exchange_rate=self._terms.rate if self._is_foreign else None,
            lines=tuple(
                RequestedLine(
                    number=number,
                    description=line.description,
                    quantity=line.quantity,
                    unit_price=line.unit_price,
                    amount=line.amount,
                    item=line.item,
                    account=line.account,
                    tax_code=line.tax_code,
                    tax=taxes[number - 1] if by_line and taxes is not None else None,
                    served_on=line.of.served_on,
                )
                for number, line in enumerate(lines, 1)
            ),
            net=draft.net,
            tax=tax,
            total=None if tax is None else draft.net + tax,
            tolerance=Decimal(0) if rounding == (None, None) else self._terms.tolerance,
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

    def _line(self, line: DraftLine, customer: Customer | None) -> _Line:
        item, account = self._meant(line, _ITEMS), self._meant(line, _ACCOUNTS)
        if item is account is NoLink.MISSING:
            subject = next(iter(line.subjects), None)
            if subject is None:
                self._unlinked(self._default(line.sells, _ITEMS), line.sells.value, NoLink.MISSING)
            else:
                key = Key(self._draft.connection, subject.stream, subject.ref, _ITEMS)
                self._unlinked(key, subject.name, NoLink.MISSING)
        code = self._tax_code(line, customer, item, account)
        quantity, unit_price, description = self._fitting(line)
        return _Line(
            line,
            quantity,
            unit_price,
            line.amount,
            _short(description),
            item=_ref(item),
            account=_ref(account),
            tax_code=_ref(code),
            rate=code.rate if isinstance(code, TaxCode) else None,
        )

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

    def _fitting(self, line: DraftLine) -> tuple[Decimal, Decimal, str]:
        """Return quantity, unit price and description as the ledger takes them."""
        sign = -1 if line.unit_price < 0 else 1
        quantity, price = sign * line.quantity, sign * line.unit_price
        fits = (
            _decimals(quantity) <= self._takes.quantity_decimals
            and _decimals(price) <= self._takes.unit_price_decimals
            and line_net(quantity, price, self._draft.currency) == line.amount
        )
        if fits:
            return quantity, price, line.description
        detail = f"({quantity.normalize():f} x {price.normalize():f} {self._draft.currency})"
        return *_whole(line.amount), f"{line.description} {detail}"

    def _few(self, lines: list[_Line]) -> list[_Line]:
        """Return no more lines than the ledger takes: where there are more, those of one item are one."""
        most = self._takes.max_lines
        if len(lines) <= most:
            return lines
        groups: dict[tuple[object, ...], list[_Line]] = {}
        for line in lines:
            groups.setdefault((line.of.sells, line.item, line.account, line.tax_code, line.rate), []).append(line)
        few = [_together(several) for several in groups.values()]
        if len(few) > most:
            self._wrong(
                f"It has {len(few)} lines of different items, and {self._books.ledger} takes {most}.",
                "Bill a shorter period, or link more to the same item.",
            )
        return few

    def _tax(self, lines: Sequence[_Line], *, can_round: bool) -> tuple[tuple[Decimal, ...] | None, Decimal | None]:
        """Return the tax of each line and of the document, as far as somebody knows it before the ledger."""
        said = self._draft.tax
        rated = [(line.amount, line.rate) for line in lines if line.rate is not None]
        taxes = taxed(rated, self._takes.tax_rounding, self._draft.currency) if len(rated) == len(lines) else None
        if taxes is None:
            return None, said
        tax = sum(taxes, Decimal(0))
        if said is None or said == tax:
            return taxes, tax
        if abs(said - tax) > self._terms.tolerance or not can_round:
            self._wrong(
                f"Its tax is {said:f}, and {self._books.ledger} will come to {tax:f}.",
                "Link the client or the items to the right tax codes"
                + (
                    "."
                    if can_round
                    else ", or what rounding is: `servicedesk billing link default rounding --to ITEM`."
                ),
            )
        return taxes, said

    def _rounding(self) -> tuple[str | None, str | None]:
        """Return item and account of a rounding line."""
        item, account = (self._found(Key("", DEFAULT, ROUNDING, one), ROUNDING) for one in (_ITEMS, _ACCOUNTS))
        return _ref(item), _ref(account)

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


def _ref(found: LedgerRecord | NoLink) -> str | None:
    return None if isinstance(found, NoLink) else found.external_id


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _whole(amount: Decimal) -> tuple[Decimal, Decimal]:
    """Return quantity and unit price of a line that is one of its amount."""
    return (-_ONE, -amount) if amount < 0 else (_ONE, amount)


def _together(several: Sequence[_Line]) -> _Line:
    """Return one line for several of one item."""
    if len(several) == 1:
        return several[0]
    amount = sum((line.amount for line in several), Decimal(0))
    quantity, price = _whole(amount)
    days = sorted(line.of.served_on for line in several if line.of.served_on is not None)
    span = f", {days[0]} to {days[-1]}" if days else ""
    description = f"{several[0].of.sells.value.capitalize()}: {len(several)} lines{span}"
    return replace(several[0], quantity=quantity, unit_price=price, amount=amount, description=description)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
