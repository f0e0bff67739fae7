"""What lines name items and accounts by: their codes, where we keep ids, which no renaming changes."""

import asyncio
from collections.abc import Mapping
from typing import Final

from servicedesk_core.errors import RejectedError
from servicedesk_xero.api.client import Api

_KEYS: Final = {"Items": ("ItemID", "item"), "Accounts": ("AccountID", "account")}


class Codes:
    """Knows the codes of the organisation; they are read once for all who ask, and again when one is missing.

    Args:
        api: Of the organisation.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, dict[str, str]] = {}
        self._reading = asyncio.Lock()

    async def item(self, ref: str) -> str:
        """Return the code of an item.

        Raises:
            RejectedError: There is no such item.
        """
        return await self._code("Items", ref)

    async def account(self, ref: str) -> str:
        """Return the code of an account.

        Raises:
            RejectedError: There is no such account, or it has no code.
        """
        return await self._code("Accounts", ref)

    def forget(self) -> None:
        """Read them again when they are asked for next: one may have been renamed."""
        self._known.clear()

    async def _code(self, part: str, ref: str) -> str:
        async with self._reading:
            if ref.lower() not in self._known.get(part, {}):
                self._known[part] = await self._read(part)
        code = self._known[part].get(ref.lower())
        if code is None:
            what = _KEYS[part][1]
            raise RejectedError(
                f"Not sent: Xero has no {what} {ref} with a code.",
                field_errors=("lines",),
                hint=f"Say with 'servicedesk billing map' which {what} is meant.",
            )
        return code

    async def _read(self, part: str) -> dict[str, str]:
        key = _KEYS[part][0]
        rows = (await self._api.listed(part, urgent=True)).rows
        return {
            str(row[key]).lower(): str(row["Code"])
            for row in rows
            if isinstance(row, Mapping) and row.get(key) and row.get("Code")
        }
