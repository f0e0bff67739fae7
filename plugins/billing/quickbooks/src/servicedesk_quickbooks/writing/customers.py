"""Customers that are made, and found again."""

from typing import Any, Final

from servicedesk_core.errors import RejectedError
from servicedesk_core.hooks import FindResult, Write, WriteReceipt, marks
from servicedesk_quickbooks.api.client import Api
from servicedesk_quickbooks.api.errors import DUPLICATE_NAME, codes
from servicedesk_quickbooks.meaning.lists import key
from servicedesk_quickbooks.meaning.values import Row
from servicedesk_quickbooks.reading.streams import source
from servicedesk_quickbooks.writing.finding import Finder, Place
from servicedesk_quickbooks.writing.requests import refused

_PLACE: Final = Place("Customer", "DisplayName", "Notes")


class Customers:
    """Makes customers, and finds them again.

    Args:
        api: The company's interface.
        finder: Finds what was made.
    """

    def __init__(self, api: Api, finder: Finder) -> None:
        self._api = api
        self._finder = finder

    async def send(self, write: Write) -> WriteReceipt:
        """Make a customer.

        Raises:
            RejectedError: It was refused, for example because somebody has its name.
            OutcomeUnknownError: It may have been made.
            TransientError: Nothing was sent.
        """
        try:
            row = await self._api.write("Customer", _body(write), request_id=write.id)
        except RejectedError as error:
            if DUPLICATE_NAME not in codes(error):
                raise
            row = await self._ours(write)
        return WriteReceipt(key(row), record=source(row))

    async def find(self, write: Write) -> FindResult:
        """Look for a customer whose fate is unknown.

        Raises:
            ConnectorError: The company could not be asked.
        """
        return await self._finder.find(write, _PLACE, str(write.values["name"]), lambda _: True)

    async def _ours(self, write: Write) -> Row:
        name = str(write.values["name"])
        found = await self._finder.ours(_PLACE, name, write.id)
        if len(found) != 1:
            others = ", ".join(str(row.get("Id")) for row in await self._finder.having(_PLACE, name))
            whose = f"customer {others}" if others else "a supplier or an employee"
            hint = "Map the client to that customer, or choose another name: customers and suppliers share them."
            raise refused(f"The name belongs to {whose} in QuickBooks already.", "name", hint=hint)
        return found[0]


def _body(write: Write) -> dict[str, Any]:
    said = write.values
    # The interface has no field of its own for our number; notes are read by the staff alone.
    note = f"Our number: {said['number']}" if said.get("number") else None
    body: dict[str, Any] = {"DisplayName": said["name"], "Notes": marks.marked(note, write.id)}
    if said.get("legal_name"):
        body["CompanyName"] = said["legal_name"]
    if said.get("email"):
        body["PrimaryEmailAddr"] = {"Address": said["email"]}
    if said.get("tax_number"):
        body["PrimaryTaxIdentifier"] = said["tax_number"]
    if said.get("currency"):
        body["CurrencyRef"] = {"value": said["currency"]}
    return body
