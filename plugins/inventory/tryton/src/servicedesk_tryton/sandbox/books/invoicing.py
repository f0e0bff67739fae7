"""Invoices: made as drafts, posted with a number of the server's, cancelled, and paid."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from servicedesk_tryton.sandbox.books.models import (
    INVOICE,
    LINE,
    MOVED,
    amounts,
    line_amount,
    owed,
    own_lines,
    rounded,
)
from servicedesk_tryton.sandbox.models import Models
from servicedesk_tryton.sandbox.records import Row
from servicedesk_tryton.sandbox.wire import ServerError, encoded, plain, user_error

RECEIVABLE, PAYABLE, REVENUE, EXPENSE, CASH, TAXES = 39, 67, 99, 71, 35, 132
_FROM: Final = {
    "validate_invoice": {"draft"}, "post": {"draft", "validated"}, "cancel": {"draft", "validated", "posted"},
    "draft": {"cancelled", "validated"},
}  # fmt: skip
_HEAD: Final = (
    "company", "type", "party", "invoice_address", "account", "journal", "currency", "reference", "description",
    "comment", "invoice_date", "payment_term", "payment_term_date",
)  # fmt: skip
_LINE: Final = ("type", "quantity", "unit_price", "description", "note", "product", "account", "unit")
_CASH_JOURNAL: Final = 3

Ask = Callable[[str, str], None]
"""Asks, by a kind of question and a record, whether it is meant; raises until that was answered."""


class Invoicing:
    """Keeps the books.

    Args:
        models: The models.
        today: Returns the company's present day.

    Attributes:
        closed_until: Day up to which periods are closed.
        tax_shift: By so much the tax of the next draft is more than its lines make.
        done: How many documents were finished: posted, cancelled, or made as parties.
    """

    def __init__(self, models: Models, today: Callable[[], date]) -> None:
        self._models = models
        self._records = models.records
        self._today = today
        self.closed_until: date | None = None
        self.tax_shift = Decimal(0)
        self.done = 0

    def create(self, values: Sequence[Mapping[str, Any]]) -> list[int]:
        """Make drafts, all or none.

        Raises:
            ServerError: Something of them is wrong.
        """
        for one in values:
            self._check(one)
        return [self._make(one) for one in values]

    def write(self, row: Row, values: Mapping[str, Any]) -> None:
        """Change an invoice: add lines to a draft, or set lines of moves against one that is posted.

        Raises:
            ServerError: It cannot be changed so.
        """
        for _, some in values.get("lines", ()):
            if row["state"] != "draft":
                raise user_error(f'You cannot add a line to invoice "{self._name(row)}" because it is posted, paid.')
            for line in some:
                self._check_line(line, row)
                self._line(row["id"], line)
        for _, lines in values.get("payment_lines", ()):
            for ref in lines:
                self._records.write(MOVED, ref, pays=row["id"])
        self._records.write(INVOICE, row["id"])

    def delete(self, row: Row) -> None:
        """Delete an invoice that never had a number.

        Raises:
            ServerError: It stands for something.
        """
        if row["state"] in {"posted", "paid"} or row["number"] is not None:
            raise user_error(f'You cannot modify invoice "{self._name(row)}" because it is posted, paid or cancelled.')
        if row["state"] == "validated":
            raise user_error(f'To delete invoice "{self._name(row)}" you must cancel it.')
        for line in self._records.all(LINE, invoice=row["id"]):
            self._records.drop(LINE, line["id"])
        self._records.drop(INVOICE, row["id"])

    def act(self, act: str, row: Row, ask: Ask) -> None:
        """Take an invoice to another state.

        Raises:
            ServerError: It cannot go there, or the server asks first.
        """
        may = row["state"] in _FROM[act]
        if act == "cancel":
            may = self._models.value(INVOICE, row, "allow_cancel", {})
        elif act == "draft":
            may = may and row["number"] is None
        if not may:
            raise user_error(f'You can not call "{act}" on "{self._name(row)}" of "Account Invoice".')
        getattr(self, f"_{act}")(row, ask)

    def pay(self, ref: int, amount: Decimal, method: str = "") -> None:
        """Let money come in for an invoice, as the form for payments does; what is paid wholly is reconciled."""
        row = self._models.record(INVOICE, ref)
        move = self._move(_CASH_JOURNAL, f"{INVOICE},{ref}", method or None)
        paid = {"debit": encoded(Decimal(0)), "credit": encoded(amount)}
        self._moved(move, row, paid, pays=ref)
        self._moved(move, row, {"debit": encoded(amount), "credit": encoded(Decimal(0))}, account=CASH)
        if owed(self._models, row) == 0:
            self._reconcile([*own_lines(self._models, row), *self._records.all(MOVED, pays=ref)])
            self._records.write(INVOICE, ref, state="paid")
        else:
            self._records.write(INVOICE, ref)

    def _check(self, values: Mapping[str, Any]) -> None:
        name = f"[{values['reference']}]" if values.get("reference") else "(-1)"
        if "number" in values:
            raise user_error('You are not allowed to modify the field "Number" of "Account Invoice".')
        for field, title in (("party", "Party"), ("invoice_address", "Invoice Address"), ("account", "Account")):
            if values.get(field) is None:
                raise user_error(f'A value is required for field "{title}" in record "{name}" of "Account Invoice".')
        address = self._models.record("party.address", values["invoice_address"])
        if address["party"] != values["party"]:
            told = self._models.value("party.address", address, "rec_name", {})
            raise _unfit(told, "Invoice Address", name, "Account Invoice")
        for _, some in values.get("lines", ()):
            for line in some:
                self._check_line(line, values)

    def _check_line(self, line: Mapping[str, Any], invoice: Mapping[str, Any]) -> None:
        if line.get("account") is None:
            raise user_error('A value is required for field "Account" in record "x" of "Account Invoice Line".')
        account = self._records.get("account.account", line["account"])
        kind = self._records.get("account.account.type", account["type"]) if account else None
        if account is None or kind is None or (invoice["type"] == "out" and not kind["revenue"]):
            told = self._models.value("account.account", account, "rec_name", {}) if account else str(line["account"])
            raise _unfit(told, "Account", "x", "Account Invoice Line")
        price = plain(line["unit_price"])
        if price != round(price, 4):
            raise user_error(
                f'The number of digits in the value "\'{price}\'" for field "Unit Price" in record "x" of "Account '
                'Invoice Line" exceeds the limit of "(None, 4)".'
            )
        unit = self._records.get("product.uom", line.get("unit"))
        if unit is not None and round(line["quantity"], unit["digits"]) != line["quantity"]:
            raise user_error(
                f'The number of digits in the value "\'{line["quantity"]}\'" for field "Quantity" in record "x" of '
                f'"Account Invoice Line" exceeds the limit of "(None, {unit["digits"]})".'
            )
        for ref in _added(line.get("taxes")):
            if self._records.get("account.tax", ref) is None:
                raise _unfit(str(ref), "Taxes", "x", "Account Invoice Line")

    def _make(self, values: Mapping[str, Any]) -> int:
        kept = {name: values.get(name) for name in _HEAD}
        made = {"state": "draft", "number": None, "sequence_type_cache": None, "tax_shift": encoded(self.tax_shift)}
        self.tax_shift = Decimal(0)
        ref = int(self._records.add(INVOICE, **kept, **made)["id"])
        for _, some in values.get("lines", ()):
            for line in some:
                self._line(ref, line)
        return ref

    def _line(self, invoice: int, line: Mapping[str, Any]) -> None:
        kept = {name: line.get(name) for name in _LINE}
        self._records.add(LINE, invoice=invoice, taxes=_added(line.get("taxes")), **kept)

    def _validate_invoice(self, row: Row, ask: Ask) -> None:
        self._ask_taxes(row, ask)
        self._records.write(INVOICE, row["id"], state="validated")

    def _draft(self, row: Row, ask: Ask) -> None:
        del ask
        self._records.write(INVOICE, row["id"], state="draft")

    def _post(self, row: Row, ask: Ask) -> None:
        today, record = self._today(), f"{INVOICE},{row['id']}"
        on = _day(row["invoice_date"]) or today
        if row["type"] == "out" and on > today:
            ask("invoice_date_future", record)
        if row["state"] != "validated":
            self._ask_taxes(row, ask)
        self._check_period(on)
        later = [
            one
            for one in self._records.all(INVOICE, type="out")
            if one["number"] is not None and (_day(one["invoice_date"]) or on) > on
        ]
        if row["type"] == "out" and later:
            raise user_error(
                f'To number the invoice "{self._name(row)}", you must set an invoice date after "{on:%m/%d/%Y}" '
                f'because the sequence "{today.year}" has already been used for invoice "{self._name(later[-1])}".'
            )
        due = _day(row["payment_term_date"]) or today
        if row["type"] == "out" and due < today:
            ask("invoice_payment_term", record)
        total = amounts(self._models, row)["total_amount"]
        number = str(1 + sum(one["number"] is not None for one in self._records.all(INVOICE)))
        kind = "credit_note" if total < 0 else "invoice"
        self._records.write(
            INVOICE, row["id"], state="posted", number=number, sequence_type_cache=kind, invoice_date=encoded(on)
        )
        move = self._move(row["journal"], record, None)
        self._records.write(INVOICE, row["id"], move=move)
        self._book(move, row)
        owing = total if row["type"] == "out" else -total
        debit, credit = encoded(max(owing, Decimal(0))), encoded(max(-owing, Decimal(0)))
        self._moved(move, row, {"debit": debit, "credit": credit}, owes=row["id"], maturity_date=encoded(due))
        self.done += 1

    def _cancel(self, row: Row, ask: Ask) -> None:
        del ask
        was = row["state"]
        self._records.write(INVOICE, row["id"], state="cancelled")
        if was != "posted":
            return
        (own,) = own_lines(self._models, row)
        move = self._move(row["journal"], f"account.move,{own['move']}", None)
        back = {side: encoded(-plain(own[side])) for side in ("debit", "credit")}
        self._reconcile([own, self._moved(move, row, back)])
        self.done += 1

    def _ask_taxes(self, row: Row, ask: Ask) -> None:
        """Ask where a line is taxed otherwise than its product."""
        for line in self._records.all(LINE, invoice=row["id"]):
            if line["product"] is not None and line["taxes"] != self.of_product(line["product"])[1]:
                ask("invoice_taxes", f"{INVOICE},{row['id']}")
                return

    def of_product(self, product: int) -> tuple[int | None, list[int]]:
        """Return the account and the taxes of a product."""
        row = self._models.record("product.product", product)
        template = self._models.record("product.template", row["template"])
        if template["account_category"] is None:
            return None, []
        category = self._models.record("product.category", template["account_category"])
        return category["account_revenue"], list(category["customer_taxes"])

    def _check_period(self, on: date) -> None:
        if on.year != self._today().year:
            raise user_error(
                f'To continue, you must create a period for the date "{on:%m/%d/%Y}" and company "Example MSP".'
            )
        if self.closed_until is not None and on <= self.closed_until:
            raise user_error(
                f'To continue, you must reopen the period "{on:%Y-%m}" of company "Example MSP" for the date '
                f'"{on:%m/%d/%Y}".'
            )

    def _move(self, journal: int, origin: str, description: str | None) -> int:
        number = str(1 + len(self._records.all("account.move")))
        kept = {"number": number, "journal": journal, "origin": origin, "description": description}
        return int(self._records.add("account.move", **kept, company=1, state="posted")["id"])

    def _book(self, move: int, row: Row) -> None:
        """Book the lines of an invoice and its taxes; what is owed comes behind them."""
        nothing = encoded(Decimal(0))
        sign = 1 if row["type"] == "out" else -1
        tax = amounts(self._models, row)["tax_amount"]
        lines = [(line["account"], line_amount(line)) for line in self._records.all(LINE, invoice=row["id"])]
        for account, amount in (*lines, *([(TAXES, tax)] if tax else ())):
            self._moved(move, row, {"debit": nothing, "credit": encoded(amount * sign)}, account=account)

    def _moved(self, move: int, invoice: Row, sides: Mapping[str, Any], **more: Any) -> Row:
        own = self._models.record("company.company", invoice["company"])["currency"]
        kept: dict[str, Any] = {"second_currency": None, "amount_second_currency": None}
        if invoice["currency"] != own:
            rate = plain(self._models.record("currency.currency", invoice["currency"])["rate"])
            amount = plain(sides["debit"]) - plain(sides["credit"])
            kept = {"second_currency": invoice["currency"], "amount_second_currency": encoded(amount)}
            told = {side: encoded(rounded(plain(value) / rate)) for side, value in sides.items() if plain(value)}
            sides = {"debit": encoded(Decimal(0)), "credit": encoded(Decimal(0)), **told}
        bare = {"owes": None, "pays": None, "maturity_date": None, "reconciliation": None, "description": None}
        about = {"party": invoice["party"], "account": invoice["account"], "date": encoded(self._today())}
        return self._records.add(MOVED, move=move, **{**bare, **about, **kept, **sides, **more})

    def _reconcile(self, lines: Sequence[Row]) -> None:
        ref = int(self._records.add("account.move.reconciliation")["id"])
        for line in lines:
            self._records.write(MOVED, line["id"], reconciliation=ref)

    def _name(self, row: Row) -> str:
        return str(self._models.value(INVOICE, row, "rec_name", {}))


def _added(commands: Any) -> list[int]:
    return [ref for _, refs in commands or () for ref in refs]


def _day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(plain(value))


def _unfit(value: str, field: str, record: str, title: str) -> ServerError:
    return user_error(
        f'The value "{value}" for field "{field}" in record "{record}" of "{title}" is not valid according to its '
        "domain."
    )
