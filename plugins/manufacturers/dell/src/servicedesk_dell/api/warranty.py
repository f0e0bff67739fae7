"""The Warranty API v5: assets with what covers them."""

from collections.abc import Mapping, Sequence
from typing import Any

from servicedesk_core.errors import ProtocolError, UnsupportedError
from servicedesk_core.hooks import ConnectorContext
from servicedesk_core.http import HttpClient
from servicedesk_dell.api.profile import warranty_profile
from servicedesk_dell.settings import DellSettings

Row = Mapping[str, Any]

MAX_TAGS = 100
"""Service tags that one request may ask for."""


class WarrantyApi:
    """The Warranty API of one key.

    Args:
        ctx: What the connector was given.
    """

    def __init__(self, ctx: ConnectorContext[DellSettings]) -> None:
        self._ctx = ctx
        self._client: HttpClient | None = None

    async def entitlements(self, tags: Sequence[str]) -> list[Row]:
        """Return the assets of service tags with what covers them, in the vendor's order.

        Args:
            tags: At most :data:`MAX_TAGS`.

        Raises:
            ConnectorError: The vendor could not be asked, or its answer is no list.
        """
        return await self._rows("asset-entitlements", tags)

    async def headers(self, tags: Sequence[str]) -> list[Row]:
        """Return the assets without what covers them; the cheapest question there is."""
        return await self._rows("assets", tags)

    async def components(self, tag: str) -> Row:
        """Return one asset with the parts that it was built of."""
        body = (await self._http().get("asset-components", params={"servicetag": tag})).json()
        if not isinstance(body, dict):
            raise ProtocolError("Dell answered a question for components without an asset.")
        return body

    async def _rows(self, resource: str, tags: Sequence[str]) -> list[Row]:
        if len(tags) > MAX_TAGS:
            raise ValueError(f"{len(tags)} service tags in one request; {MAX_TAGS} are allowed")
        body = (await self._http().get(resource, params={"servicetags": ",".join(tags)})).json()
        if not isinstance(body, list):
            raise ProtocolError(f"Dell answered {resource} without a list of assets.")
        return [row for row in body if isinstance(row, dict)]

    def _http(self) -> HttpClient:
        if self._client is None:
            settings = self._ctx.settings
            if not settings.can_look_up:
                raise UnsupportedError(
                    "This connection has no key for Dell's Warranty API.",
                    hint="Add warranty_client_id and warranty_client_secret.",
                )
            if self._ctx.environment != "live" and settings.gateway_url is None:
                raise UnsupportedError(
                    "Dell has no sandbox of its Warranty API.",
                    hint="Use a live connection, or 'servicedesk sandbox dell' and its address as gateway_url.",
                )
            self._client = self._ctx.http(warranty_profile(self._ctx))
        return self._client
