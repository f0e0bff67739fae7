"""Customers that are made: found again by our number of them, which Xero keeps and people cannot change there."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from servicedesk_core.domain.names import plain_name
from servicedesk_core.errors import RejectedError
from servicedesk_core.hooks import Clock, FindResult, Known, SourceRecord, Write, WriteReceipt, looked_for
from servicedesk_xero.api.client import Api, plain
from servicedesk_xero.capabilities import capabilities
from servicedesk_xero.meaning.values import text
from servicedesk_xero.settings import XeroSettings
from servicedesk_xero.writing.refusals import says_taken

_FIELDS = {"name": "Name", "email": "EmailAddress", "tax_number": "TaxNumber", "currency": "DefaultCurrency"}
_CANARIES = "20"


class Customers:
    """Makes customers, and finds them again.

    Args:
        api: Of the organisation.
        clock: The time.
        settings: Of the connection.
    """

    def __init__(self, api: Api, clock: Clock, settings: XeroSettings) -> None:
        self._api = api
        self._clock = clock
        self._settings = settings

    async def send(self, write: Write) -> WriteReceipt:
        """Make a customer.

        Raises:
            RejectedError: It cannot be right, or its name or number is taken; nothing was made.
            OutcomeUnknownError: It may have been made.
            TransientError: Nothing was sent.
        """
        capabilities(self._settings).checked(write)
        body: dict[str, Any] = {
            field: write.values[name] for name, field in _FIELDS.items() if write.values.get(name) is not None
        }
        body["ContactNumber"] = _number(write)
        try:
            made: Mapping[str, Any] = await self._api.create("Contacts", body, act=write.id)
        except RejectedError as error:
            same = await self._same(write) if says_taken(error) else []
            if len(same) != 1 or str(same[0]["ContactID"]) in write.taken_refs:
                hint = "If it is the one, say so with 'servicedesk billing map'; no second one is made."
                raise RejectedError(
                    error.message, field_errors=("name",), hint=hint, connection=error.connection
                ) from None
            made = same[0]
        ref = str(made["ContactID"])
        return WriteReceipt(ref, record=SourceRecord(ref, made))

    async def find(self, write: Write) -> FindResult:
        """Look for a customer whose fate is unknown.

        Raises:
            ConnectorError: Xero could not be asked.
        """

        async def search(number: str, parent: str | None) -> list[str]:
            del parent
            found = await (self._same(write) if number == _number(write) else self._numbered(number))
            return [str(one["ContactID"]) for one in found]

        sought = replace(write, id=_number(write), earlier=())
        settle_s = self._settings.settle_s
        return await looked_for(sought, search, now=self._clock.now(), settle_s=settle_s, canary=self._any)

    async def _same(self, write: Write) -> list[dict[str, Any]]:
        """Return the contacts with the customer's number and name: others may use the field for numbers of theirs."""
        name = plain_name(str(write.values["name"]))
        return [one for one in await self._numbered(_number(write)) if plain_name(str(one.get("Name"))) == name]

    async def _numbered(self, number: str) -> list[dict[str, Any]]:
        quoted = number.replace('"', "")
        query = {"where": f'ContactNumber=="{quoted}"', "includeArchived": "true", "page": "1"}
        rows = (await self._api.listed("Contacts", query, urgent=True)).rows
        return [plain(row) for row in rows if isinstance(row, Mapping) and text(row.get("ContactNumber")) == number]

    async def _any(self) -> Known | None:
        query = {"where": "ContactNumber!=null", "page": "1", "pageSize": _CANARIES}
        for row in (await self._api.listed("Contacts", query, urgent=True)).rows:
            number = text(row.get("ContactNumber")) if isinstance(row, Mapping) else None
            if number is not None:
                return Known(number, str(row["ContactID"]))
        return None


def _number(write: Write) -> str:
    """Return our number of a customer, or that of the act."""
    return str(write.values.get("number") or write.id)
