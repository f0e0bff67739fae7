"""The calls of the interface that are made."""

from collections.abc import Mapping, Sequence
from typing import Any

from servicedesk_core.errors import NotFoundError, OutcomeUnknownError, ProtocolError
from servicedesk_core.http import HttpClient
from servicedesk_snipeit.settings import Kind
from servicedesk_snipeit.values import Row

READY = {"status": "RTD"}
"""Only assets that are ready to deploy: neither handed out nor broken."""
ITEM_TYPES = {"components": "component", "accessories": "accessory", "consumables": "consumable", "hardware": "asset"}
MOST_LOG_ROWS = 5_000
"""So much of an item's log is looked through; a longer one proves nothing."""


class Api:
    """Lists, single rows and acts.

    Args:
        client: The client of the installation.
        page_size: Rows asked for at once.
    """

    def __init__(self, client: HttpClient, page_size: int) -> None:
        self._client = client
        self._page_size = page_size

    async def page(
        self, kind: Kind, offset: int, limit: int | None = None, **params: Any
    ) -> tuple[int, Sequence[dict[str, Any]]]:
        """Return the total and a page of a kind by rising id; each row says which kind it is.

        Raises:
            ConnectorError: It could not be read.
        """
        ready = READY if kind == "hardware" else {}
        asked = {"sort": "id", "order": "asc", "offset": offset, "limit": limit or self._page_size}
        total, rows = await self._list(kind, {**asked, **ready, **params})
        return total, [{**row, "kind": kind} for row in rows if isinstance(row, Mapping)]

    async def row(self, kind: str, number: str) -> Row | None:
        """Return one row; ``None`` when the installation has none.

        Raises:
            ConnectorError: It could not be read.
        """
        return await self._one(f"{kind}/{number}", kind)

    async def asset_with(self, serial: str) -> Row | None:
        """Return the only asset with a serial number; ``None`` when there is none, or several.

        Raises:
            ConnectorError: It could not be read.
        """
        total, rows = await self._list("hardware", {"search": serial, "limit": 50, "offset": 0})
        own = [row for row in rows if str(row.get("serial") or "").casefold() == serial.casefold()]
        return own[0] if len(own) == 1 and total <= 50 else None  # noqa: PLR2004  # the limit above

    async def me(self) -> Row:
        """Return the user that the token is of.

        Raises:
            ConnectorError: It could not be read.
        """
        answer = (await self._client.get("users/me")).json()
        if not isinstance(answer, dict):
            message = "Snipe-IT did not say whose the token is."
            raise ProtocolError(message)
        return answer

    async def log(self, kind: str, number: str) -> list[Row]:
        """Return what happened to an item, the newest first.

        Raises:
            ProtocolError: The log is too long to be looked through.
            ConnectorError: It could not be read.
        """
        found: list[Row] = []
        asked = {"item_type": ITEM_TYPES[kind], "item_id": number, "sort": "id", "order": "desc"}
        while True:
            page = {**asked, "offset": len(found), "limit": self._page_size}
            total, rows = await self._list("reports/activity", page)
            found += [{**row, "kind": kind} for row in rows]
            if not rows or len(found) >= total:
                return found
            if len(found) >= MOST_LOG_ROWS:
                message = f"The log of {kind}/{number} is longer than {MOST_LOG_ROWS:,} entries."
                raise ProtocolError(message)

    async def checkouts(self, kind: str, number: str) -> list[Row]:
        """Return who holds pieces of an item; only these rows can be checked in.

        Raises:
            ConnectorError: It could not be read.
        """
        below = "assets" if kind == "components" else "checkedout"
        found: list[Row] = []
        while True:  # without a limit it answers with 50
            asked = {"offset": len(found), "limit": self._page_size}
            total, rows = await self._list(f"{kind}/{number}/{below}", asked)
            found += rows
            if not rows or len(found) >= total:
                return found

    async def act(self, path: str, body: Mapping[str, Any]) -> None:
        """Check something out or in, once.

        Raises:
            RejectedError: It was refused, which is told with HTTP 200.
            OutcomeUnknownError: The answer says neither that it was done nor that it was not.
            ConnectorError: As the HTTP kit says.
        """
        answer = (await self._client.post(path, json=dict(body))).json()
        if not isinstance(answer, dict) or answer.get("status") != "success":
            message = "Snipe-IT's answer says neither that it was done nor that it was not."
            raise OutcomeUnknownError(message, hint="It is looked up before it is sent again.")

    async def _list(self, path: str, params: Mapping[str, Any]) -> tuple[int, list[dict[str, Any]]]:
        body = (await self._client.get(path, params=dict(params))).json()
        rows, total = (body.get("rows"), body.get("total")) if isinstance(body, dict) else (None, None)
        if not isinstance(rows, list) or not isinstance(total, int):
            message = f"Snipe-IT's answer to {path.partition('/')[0]} is no list."
            raise ProtocolError(message)
        return total, rows

    async def _one(self, path: str, kind: str) -> Row | None:
        try:
            body = (await self._client.get(path)).json()
        except NotFoundError:
            return None
        if not isinstance(body, dict) or body.get("id") is None or body.get("deleted_at"):
            return None  # a deleted asset is shown for ever, as if it lay on the shelf
        return {**body, "kind": kind}
