"""Payments, what they settle, and bills."""

from decimal import Decimal
from typing import Any

from servicedesk_quickbooks.sandbox.answers import fault
from servicedesk_quickbooks.sandbox.records import Records, Row
from servicedesk_quickbooks.sandbox.tax import money

_OPEN = {"Invoice": "Balance", "CreditMemo": "RemainingCredit", "Bill": "Balance"}
_SETTLES = {
    "Payment": ("CustomerRef", "Customer", frozenset({"Invoice", "CreditMemo"})),
    "BillPayment": ("VendorRef", "Vendor", frozenset({"Bill"})),
}
"""By entity: who pays or is paid, what that is, and what is settled."""


class Payments:
    """Checks payments, and says what is left of documents.

    Args:
        records: The books.
        currency: The company's own.
    """

    def __init__(self, records: Records, currency: str) -> None:
        self._records = records
        self._currency = currency

    def checked(self, entity: str, body: Row, before: Row | None) -> Row:
        """Return a payment as the books keep it.

        Args:
            entity: ``Payment`` or ``BillPayment``.
            body: What was sent, already merged with what is kept.
            before: The version that it replaces.

        Raises:
            Refusal: Something of it is wrong.
        """
        if body.get("TotalAmt") is None:
            raise fault("2020", "Required parameter TotalAmt is missing in the request", element="TotalAmt")
        whose, kind_of, settles = _SETTLES[entity]
        party = self._records.named(kind_of, body.get(whose), whose)
        unapplied = money(body["TotalAmt"])
        lines = list(body.get("Line") or [])
        for line in lines:
            kind, ref, amount = _linked(line)
            if kind not in settles:
                raise fault("2500", f"Invalid Reference Id : LinkedTxn {kind} {ref}", element="LinkedTxn")
            document = self._records.known(kind, ref)
            was = sum(
                (a for k, r, a in map(_linked, (before or {}).get("Line", ())) if (k, r) == (kind, ref)), Decimal(0)
            )
            if document[whose]["value"] != party["Id"]:
                raise fault("6000", "Business Validation Error: The linked transaction is of somebody else.")
            if amount > money(document[_OPEN[kind]]) + was:
                raise fault("6000", "Business Validation Error: You can't apply more than the amount that is open.")
            unapplied += amount if kind == "CreditMemo" else -amount
        if unapplied < 0:
            raise fault("6000", "Business Validation Error: The amounts applied are more than was received.")
        row = {"TxnDate": self._records.today(), "CurrencyRef": {"value": self._currency}, **body}
        row[whose] = {"value": party["Id"], "name": party["DisplayName"]}
        left = {"UnappliedAmt": float(unapplied)} if entity == "Payment" else {}
        return {**row, "Line": lines, "TotalAmt": float(money(body["TotalAmt"])), **left}

    def void(self, row: Row) -> Row:
        """Return a payment that was voided."""
        note = " - ".join(filter(None, ["Voided", row.get("PrivateNote")]))
        nothing: Row = {name: 0 for name in ("TotalAmt", "UnappliedAmt") if name in row}
        return {**row, "Line": [], "PrivateNote": note, **nothing}

    def settle(self, entity: str, *payments: Row | None) -> None:
        """Bring the documents up to date that these versions of a payment name."""
        named = {_linked(line)[:2] for payment in payments if payment for line in payment.get("Line", ())}
        for kind, ref in named:
            document = self._records.get(kind, ref)
            if document is not None:
                applied = [(one["Id"], _applied(one, kind, ref)) for one in self._records.all(entity)]
                links = [{"TxnId": payment, "TxnType": entity} for payment, amount in applied if amount]
                left = money(document["TotalAmt"]) - sum((amount for _, amount in applied), Decimal(0))
                changes: dict[str, Any] = {_OPEN[kind]: float(left), "LinkedTxn": links}
                changes |= {"Balance": float(left)} if kind == "CreditMemo" else {}
                self._records.change(kind, {**document, **changes})

    def forget(self, kind: str, ref: str) -> None:
        """Take a document that is deleted or voided out of all payments: what they settled of it is unapplied again."""
        entity = "BillPayment" if kind == "Bill" else "Payment"
        for one in self._records.all(entity):
            amount = _applied(one, kind, ref)
            if amount:
                lines = [line for line in one["Line"] if _linked(line)[:2] != (kind, ref)]
                left = money(one.get("UnappliedAmt")) + (-amount if kind == "CreditMemo" else amount)
                unapplied = {"UnappliedAmt": float(left)} if entity == "Payment" else {}
                self._records.change(entity, {**one, "Line": lines, **unapplied})


def bill_checked(records: Records, body: Row, currency: str) -> Row:
    """Return a bill as the books keep it.

    Raises:
        Refusal: Something of it is wrong.
    """
    vendor = records.named("Vendor", body.get("VendorRef"), "VendorRef")
    if not body.get("Line"):
        raise fault("2020", "Required parameter Line is missing in the request", element="Line")
    total = sum((money(line.get("Amount")) for line in body["Line"]), Decimal(0))
    total += money((body.get("TxnTaxDetail") or {}).get("TotalTax"))
    row = {"TxnDate": records.today(), "CurrencyRef": {"value": currency}, **body}
    row["VendorRef"] = {"value": vendor["Id"], "name": vendor["DisplayName"]}
    row.setdefault("DueDate", row["TxnDate"])
    return {**row, "TotalAmt": float(total), "Balance": float(total)}


def _linked(line: dict[str, Any]) -> tuple[str, str, Decimal]:
    link = (line.get("LinkedTxn") or [{}])[0]
    kind, ref = link.get("TxnType"), link.get("TxnId")
    if kind not in _OPEN or ref is None:
        raise fault("2500", f"Invalid Reference Id : LinkedTxn {kind} {ref}", element="LinkedTxn")
    return str(kind), str(ref), money(line.get("Amount"))


def _applied(payment: Row, kind: str, ref: str) -> Decimal:
    found = (_linked(line) for line in payment.get("Line", ()))
    return sum((amount for k, r, amount in found if (k, r) == (kind, ref)), Decimal(0))
