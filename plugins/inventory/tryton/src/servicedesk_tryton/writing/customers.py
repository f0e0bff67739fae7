"""Making customers: parties, with our key among their identifiers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from servicedesk_core.errors import OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import Clock, FindResult, Found, Known, Write, WriteReceipt, looked_for
from servicedesk_tryton.api.client import Api
from servicedesk_tryton.api.site import Company, Site
from servicedesk_tryton.api.wire import Row, key
from servicedesk_tryton.capabilities import capabilities
from servicedesk_tryton.settings import TrytonSettings

PARTY: Final = "party.party"


class CustomerMaker:
    """Makes customers.

    Args:
        api: The interface.
        site: What is known of the installation.
        settings: Of the connection.
        clock: The time.
    """

    def __init__(self, api: Api, site: Site, settings: TrytonSettings, clock: Clock) -> None:
        self._api = api
        self._site = site
        self._settings = settings
        self._clock = clock

    async def send(self, write: Write) -> WriteReceipt:
        """Make a customer, once.

        Raises:
            RejectedError: It cannot be right, or the server refused it.
            OutcomeUnknownError: It may have been made.
            TransientError: Nothing was sent.
        """
        capabilities(self._settings).checked(write)
        values = write.values
        identifiers: list[dict[str, Any]] = [{"type": None, "code": write.id}]
        if values.get("tax_number"):
            if self._settings.tax_identifier is None:
                raise RejectedError(
                    "Nobody said of which type tax numbers are. No customer was made.",
                    field_errors=("tax_number",),
                    hint="Set tax_identifier of the connection, for example to eu_vat.",
                )
            identifiers.append({"type": self._settings.tax_identifier, "code": values["tax_number"]})
        company = await self._site.company()
        left_out = _left_out(write, company)
        if made := await self._keyed(write.id):
            return WriteReceipt(made[0], refused=left_out)
        party = {
            "name": values["name"],
            # An invoice needs one, and the interface makes none by itself.
            "addresses": [["create", [{}]]],
            "identifiers": [["create", identifiers]],
            **({"code": values["number"]} if values.get("number") else {}),
        }
        if values.get("email"):
            party["contact_mechanisms"] = [["create", [{"type": "email", "value": values["email"]}]]]
        refs = await self._api.write(write.kind, f"{PARTY}.create", [party], context=company.context)
        ref = key(refs[0]) if isinstance(refs, list) and len(refs) == 1 else None
        if ref is None:
            raise OutcomeUnknownError("Tryton did not say which party it made.")
        return WriteReceipt(str(ref), refused=left_out)

    async def find(self, write: Write) -> FindResult:
        """Look for a customer by our key.

        Raises:
            ConnectorError: The server could not be asked.
        """

        async def search(key_: str, parent: str | None) -> list[str]:
            del parent
            return await self._keyed(key_)

        settle_s = self._settings.settle_s
        found = await looked_for(write, search, now=self._clock.now(), settle_s=settle_s, canary=self._any)
        return (
            replace(found, refused=_left_out(write, await self._site.company())) if isinstance(found, Found) else found
        )

    async def _keyed(self, key_: str) -> list[str]:
        """Return the parties with a key; a party's code is searched along, since there always is one that is known."""
        rows = await self._rows(["OR", ["identifiers.code", "=", key_], ["code", "=", key_]])
        return [str(row["id"]) for row in rows if key(row.get("id")) is not None]

    async def _any(self) -> Known | None:
        """Return the newest party, by its code."""
        for row in await self._rows([["code", "!=", None]], limit=1, order=(("id", "DESC"),)):
            return Known(str(row.get("code")), str(row.get("id")))
        return None

    async def _rows(self, domain: list[Any], **more: Any) -> list[Row]:
        company = await self._site.company()
        return await self._api.rows(PARTY, domain, ("code",), company.context, **more)


def _left_out(write: Write, company: Company) -> Mapping[str, str]:
    """Return what the server has no place for: it keeps no currency of a party, and takes the company's."""
    if write.values.get("currency") in {None, company.currency}:
        return {}
    return {"currency": "Tryton keeps no currency of a party; each invoice says its own."}
