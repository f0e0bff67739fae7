"""What a request does to the books: make, change, void, delete."""

from typing import Any

from servicedesk_core.sandboxing import Shelf
from servicedesk_quickbooks.sandbox import lists
from servicedesk_quickbooks.sandbox.answers import fault
from servicedesk_quickbooks.sandbox.options import SandboxOptions
from servicedesk_quickbooks.sandbox.payments import Payments, bill_checked
from servicedesk_quickbooks.sandbox.records import LISTS, PAYMENTS, SALES, TRANSACTIONS, Records, Row
from servicedesk_quickbooks.sandbox.sales import Sales
from servicedesk_quickbooks.sandbox.tax import TaxEngine

_HEAD = frozenset({"Id", "SyncToken", "MetaData", "domain", "sparse"})


class Books:
    """Does what requests ask for.

    Args:
        records: The records.
        shelf: Remembers the answers by request id.
        options: Habits of the company.

    Attributes:
        done: How many changes were made.
    """

    def __init__(self, records: Records, shelf: Shelf, options: SandboxOptions) -> None:
        self._records = records
        self._shelf = shelf
        self._currency = options.currency
        self.engine = TaxEngine(records, options.country, automated=options.automated_tax)
        self._sales = Sales(records, self.engine, options)
        self._payments = Payments(records, options.currency)
        self.done = 0

    def act(self, entity: str, body: Any, *, operation: str = "", request_id: str | None = None) -> dict[str, Any]:
        """Do what a request asks for, once for each request id, and return the body of the answer.

        Args:
            entity: Of what.
            body: What was sent.
            operation: ``delete`` or ``void``; else it is made or changed.
            request_id: A repeat of it gets the first answer.

        Raises:
            Refusal: Something of it is wrong.
        """
        if request_id is not None and (kept := self._shelf.get("answers", request_id)) is not None:
            return dict(kept)
        if not isinstance(body, dict):
            raise fault("2010", "Property Name: the body is no object")
        shown = self._delete(entity, body) if operation == "delete" else self._put(entity, body, operation)
        self.done += 1
        answered = {entity: shown, "time": self._records.stamp()}
        if request_id is not None:
            self._shelf.put("answers", request_id, answered)
        return answered

    def _put(self, entity: str, body: Row, operation: str) -> Row:
        before = self._before(entity, body) if body.get("Id") else None
        if operation == "void":
            if before is None or entity not in TRANSACTIONS:
                raise fault("2020", "Required parameter Id is missing in the request", element="Id")
            if entity in {"CreditMemo", "Estimate", "Bill"}:
                raise fault("500", f"Unsupported Operation : a {entity} cannot be voided")
            after = self._payments.void(before) if entity in PAYMENTS else self._sales.void(before)
        else:
            after = self._checked(entity, _merged(body, before), before)
        row = self._records.add(entity, after) if before is None else self._records.change(entity, after)
        if entity in PAYMENTS:
            self._payments.settle(entity, before, row)
        elif entity in SALES and before is not None:
            self._resettle(entity, row, is_void=operation == "void")
        return self._records.known(entity, row["Id"])

    def _delete(self, entity: str, body: Row) -> Row:
        before = self._before(entity, body)
        if entity in LISTS:
            raise fault("500", "Unsupported Operation : delete is not supported; make it inactive")
        self._sales.check_open(before)
        self._records.drop(entity, before["Id"])
        if entity in PAYMENTS:
            self._payments.settle(entity, before)
        else:
            self._payments.forget(entity, before["Id"])
        return {"domain": "QBO", "status": "Deleted", "Id": before["Id"]}

    def _before(self, entity: str, body: Row) -> Row:
        before = self._records.known(entity, str(body.get("Id")))
        token = body.get("SyncToken")
        if token is None:
            raise fault("2020", "Required parameter SyncToken is missing in the request", element="SyncToken")
        if str(token) != before["SyncToken"]:
            what = "You and somebody else were working on this at the same time, and the other one was quicker."
            raise fault("5010", f"Stale Object Error : {what}")
        return before

    def _checked(self, entity: str, body: Row, before: Row | None) -> Row:
        if entity in SALES:
            return self._sales.checked(entity, body, before)
        if entity in PAYMENTS:
            return self._payments.checked(entity, body, before)
        if entity == "Bill":
            return bill_checked(self._records, body, self._currency)
        if entity in LISTS:
            return lists.checked(self._records, entity, body, before, self._currency)
        raise fault("500", f"Unsupported Operation : {entity} cannot be written")

    def _resettle(self, entity: str, row: Row, *, is_void: bool) -> None:
        """Bring a changed document's balance up to date with the payments that settle it."""
        if is_void:
            self._payments.forget(entity, row["Id"])
            return
        link = {"TxnType": entity, "TxnId": row["Id"]}
        if any(link in (line.get("LinkedTxn") or []) for one in self._records.all("Payment") for line in one["Line"]):
            self._payments.settle("Payment", {"Line": [{"Amount": 0, "LinkedTxn": [link]}]})


def _merged(body: Row, before: Row | None) -> Row:
    given = {key: value for key, value in body.items() if key not in _HEAD}
    if before is None:
        return given
    if body.get("sparse") is True:
        return {**before, **given}
    # What a whole update does not name is emptied, but for what the server itself works out.
    return {**{key: before[key] for key in _HEAD if key in before}, **given}
