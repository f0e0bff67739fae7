"""Asking Cisco: values are path segments, pages carry numbers."""

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

from servicedesk_cisco.api.profile import profile
from servicedesk_cisco.settings import CiscoSettings
from servicedesk_core.errors import ProtocolError
from servicedesk_core.hooks import ConnectorContext
from servicedesk_core.http import HttpClient

Row = Mapping[str, Any]

_MOST_PAGES = 20


class Api:
    """Cisco's Support APIs.

    Args:
        ctx: Of the connector.
    """

    def __init__(self, ctx: ConnectorContext[CiscoSettings]) -> None:
        self._ctx = ctx

    @cached_property
    def _http(self) -> HttpClient:
        return self._ctx.http(profile(self._ctx))

    async def get(self, path: str, *values: str, page: int | None = None) -> Any:
        """Return the JSON of an answer; an error inside it is left to the caller.

        Args:
            path: Where, below the interface's address.
            values: What is asked for; together they are the last segment of the path.
            page: Number of the page, where the interface has pages.

        Raises:
            ConnectorError: Cisco could not be asked, or refused.
        """
        last = ",".join(quote(value, safe="") for value in values)
        params = None if page is None else {"page_index": str(page)}
        return (await self._http.get(f"{path}/{last}" if last else path, params=params, endpoint=endpoint(path))).json()

    async def pages(self, path: str, values: Sequence[str], record: str) -> AsyncIterator[Any]:
        """Yield the answers to one question, page after page.

        Args:
            path: See :meth:`get`.
            values: See :meth:`get`.
            record: Where an answer says which page it is.

        Raises:
            ProtocolError: Pages never end.
            ConnectorError: See :meth:`get`.
        """
        for page in range(1, _MOST_PAGES + 1):
            body = await self.get(path, *values, page=page)
            yield body
            paging = body.get(record) if isinstance(body, Mapping) else None
            if not isinstance(paging, Mapping) or number(paging.get("last_index")) <= page:
                return
        raise ProtocolError("Cisco's answer has more pages than there can be.")


def endpoint(path: str) -> str:
    """Return the name of the interface that a path belongs to."""
    return path.partition("/")[0]


def number(value: object) -> int:
    """Return a number that may be sent as text; 0 when it is none."""
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.strip().isdecimal() else 0


def text(value: object) -> str | None:
    """Return a text; Cisco writes "" where there is nothing."""
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def rows(value: object) -> list[Row]:
    """Return records; one alone may come without a list around it."""
    if isinstance(value, Mapping):
        return [value]
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
