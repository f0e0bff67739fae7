"""The vendor's REST interface: queries, counts, metadata, quota, and single changes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from servicedesk_autotask.api import zone as zones
from servicedesk_autotask.api.profile import IN_FLIGHT, tenant_profile
from servicedesk_autotask.api.query import MAX_ROWS, Condition
from servicedesk_autotask.api.zone import Zone
from servicedesk_autotask.settings import AutotaskSettings
from servicedesk_core.errors import AuthenticationError, OutcomeUnknownError, PermissionDeniedError, ProtocolError
from servicedesk_core.hooks import ConnectorContext, Receiver
from servicedesk_core.http import EmbeddedContent, HttpClient, Response

Row = Mapping[str, Any]

WRITE_TIMEOUT_S = 60.0
"""Longest wait for the answer to a write; reads may take minutes, but a write must end before its sender's lease."""
_NOT_CONNECTED = "the connector was not opened, or only offline"


@dataclass(frozen=True, slots=True)
class QueryPage:
    """One answer to a query.

    Attributes:
        rows: The rows, by rising id.
        requested: Rows asked for.
        vendor_count: Rows that the vendor says it sent, if it does.
        has_next: Whether the vendor names a next page.
    """

    rows: list[Row]
    requested: int
    vendor_count: int | None
    has_next: bool


class Api:
    """One tenant's REST interface.

    Args:
        ctx: What the connector was given.
    """

    def __init__(self, ctx: ConnectorContext[AutotaskSettings]) -> None:
        self._ctx = ctx
        self._zone: Zone | None = None
        self._client: HttpClient | None = None
        self._zone_is_fresh = False
        self._sent_before = 0
        self._moving = asyncio.Lock()

    @property
    def zone(self) -> Zone:
        """Where the tenant lives; known after :meth:`connect`, a mistake of the caller before."""
        if self._zone is None:
            raise RuntimeError(_NOT_CONNECTED)
        return self._zone

    @property
    def requests_sent(self) -> int:
        """Requests that were put on the wire, also to a server that the tenant has left since."""
        return self._sent_before + (self._client.requests_sent if self._client is not None else 0)

    def now(self) -> datetime:
        """Return the present instant by the vendor's clock."""
        return self._client.vendor_now() if self._client is not None else self._ctx.clock.now()

    async def connect(self) -> None:
        """Find the tenant's server: the remembered one, else by asking the vendor.

        Raises:
            AuthenticationError: The vendor knows no such user.
            ConnectorError: The vendor could not be asked.
        """
        zone = await zones.load(self._ctx.settings, self._ctx.state)
        if zone is None:
            zone = await self._discover()
        self._use(zone)

    async def query(
        self,
        entity: str,
        conditions: Sequence[Condition],
        *,
        fields: Sequence[str] | None = None,
        size: int = MAX_ROWS,
        reserved: bool = False,
    ) -> QueryPage:
        """Return one page of rows that meet all conditions.

        The query always travels in the body of a POST: a GET is limited to 2,048 characters of address, and addresses
        end up in logs on the way.

        Args:
            entity: What to look for.
            conditions: At least one.
            fields: Fields wanted; ``None`` = all.
            size: Rows wanted, 1 to 500.
            reserved: Whether the quota's share for incremental work may be used.

        Raises:
            ProtocolError: The answer is no page.
            ConnectorError: The vendor refused or could not be asked.
        """
        search: dict[str, Any] = {"filter": list(conditions), "maxRecords": size}
        if fields is not None:
            search["includeFields"] = list(fields)
        body = await self._call("POST", f"{entity}/query", entity, json=search, reserved=reserved)
        items = body.get("items")
        if not isinstance(items, list):
            raise ProtocolError(f"Autotask answered a query on {entity} without a list of items.")
        details = body.get("pageDetails")
        details = details if isinstance(details, dict) else {}
        count = details.get("count")
        return QueryPage(
            # What is no object is passed on as a record that nobody can map, so that it is seen in quarantine.
            rows=[item if isinstance(item, dict) else {"unreadable": item} for item in items],
            requested=size,
            vendor_count=count if isinstance(count, int) else None,
            has_next=bool(details.get("nextPageUrl")),
        )

    async def count(self, entity: str, conditions: Sequence[Condition], *, reserved: bool = False) -> int:
        """Return how many rows meet all conditions.

        Raises:
            ProtocolError: The answer holds no number.
            ConnectorError: The vendor refused or could not be asked.
        """
        search = {"filter": list(conditions)}
        body = await self._call("POST", f"{entity}/query/count", entity, json=search, reserved=reserved)
        number = body.get("queryCount")
        if not isinstance(number, int):
            raise ProtocolError(f"Autotask answered a count on {entity} without a number.")
        return number

    async def item(self, entity: str, record: int) -> Row | None:
        """Return one record, or ``None`` when the vendor says that it has none.

        The vendor says so with 200 and ``{"item": null}``. An empty or other body is no such statement.

        Raises:
            ProtocolError: The answer says neither.
            ConnectorError: The vendor refused or could not be asked.
        """
        body = await self._call("GET", f"{entity}/{record}", entity)
        if "item" not in body:
            raise ProtocolError(f"Autotask answered a read of one of its {entity} without an item.")
        item = body["item"]
        return item if isinstance(item, dict) else None

    async def fields(self, entity: str, *, user_defined: bool = False) -> list[Row]:
        """Return the descriptions of an entity's own or user-defined fields.

        Raises:
            ProtocolError: The answer is no list.
            ConnectorError: The vendor refused or could not be asked.
        """
        what = "userDefinedFields" if user_defined else "fields"
        body = await self._call("GET", f"{entity}/entityInformation/{what}", entity, reserved=True)
        found = body.get("fields")
        if not isinstance(found, list):
            raise ProtocolError(f"Autotask described {entity} without a list of fields.")
        return [field for field in found if isinstance(field, dict)]

    async def write(
        self,
        method: str,
        path: str,
        endpoint: str,
        body: Mapping[str, Any] | None,
        *,
        right: str,
        impersonates: bool = True,
    ) -> int:
        """Send one change, once.

        Args:
            method: ``POST``, ``PATCH`` or ``DELETE``.
            path: Where to.
            endpoint: The entity, for limits and messages.
            body: Fields to send; ``None`` = nothing.
            right: What the security level must allow.
            impersonates: Whether it is done in the name of the configured resource, where there is one.

        Returns:
            Id of the written record.

        Raises:
            OutcomeUnknownError: It may have been done.
            ConnectorError: It was not done.
        """
        client = self._connected()
        resource = self._ctx.settings.impersonate if impersonates else None
        headers = {"ImpersonationResourceId": str(resource)} if resource is not None else {}
        options: dict[str, Any] = {
            "json": body, "endpoint": endpoint, "reserved": True, "headers": headers, "timeout_s": WRITE_TIMEOUT_S,
        }  # fmt: skip
        try:
            try:
                answer = await client.request(method, path, **options)
            except AuthenticationError:  # a 401 proves that nothing was done
                moved = await self._after_refusal(client)
                if moved is None:
                    raise
                answer = await moved.request(method, path, **options)
        except PermissionDeniedError as error:
            who = " and the impersonated resource's" if resource is not None else ""
            error.hint = f"Allow the API user's{who} security level: {right}."
            raise
        said = answer.json()
        number = said.get("itemId") if isinstance(said, dict) else None
        if not isinstance(number, int):
            raise OutcomeUnknownError(
                f"Autotask answered {method} {endpoint} without the id of the record.",
                hint="It is looked up before it is sent again.",
            )
        return number

    async def threshold(self) -> Row:
        """Return the tenant's use of its hourly quota, all integrations together; counts itself."""
        return await self._call("GET", "ThresholdInformation", "ThresholdInformation", reserved=True)

    async def content(self, path: str, into: Receiver) -> None:
        """Read the content of one file, which the vendor puts as base64 into a list of one.

        Args:
            path: Where it is: below what it hangs on.
            into: Gets it.

        Raises:
            NotFoundError: The vendor has no such file there.
            ConnectorError: The vendor refused or could not be asked.
        """
        taking = EmbeddedContent("data", into)
        await self._answer("GET", path, "AttachmentInfo", into=taking)
        taking.finish()

    async def _call(
        self, method: str, path: str, endpoint: str, *, json: Any = None, reserved: bool = False
    ) -> dict[str, Any]:
        body = (await self._answer(method, path, endpoint, json=json, reserved=reserved)).json()
        if not isinstance(body, dict):
            raise ProtocolError(f"Autotask answered {method} {endpoint} with an empty body or no object.")
        return body

    async def _answer(self, method: str, path: str, endpoint: str, **options: Any) -> Response:
        client = self._connected()
        options["endpoint"] = endpoint
        try:
            try:
                return await client.request(method, path, **options)
            except AuthenticationError:
                moved = await self._after_refusal(client)
                if moved is None:
                    raise
                return await moved.request(method, path, **options)
        except PermissionDeniedError as error:
            error.hint = f"Allow the API user's security level to view {endpoint}."
            raise

    def _connected(self) -> HttpClient:
        if self._client is None:
            raise RuntimeError(_NOT_CONNECTED)
        return self._client

    async def _after_refusal(self, refused: HttpClient) -> HttpClient | None:
        """Look once whether the tenant was moved to another zone, where the same credentials are good.

        Returns:
            The client for the new zone, or ``None`` when the refusal stands: asking again would lock the user out.
        """
        async with self._moving:
            if self._client is not refused:
                return self._client
            if self._zone_is_fresh or self._ctx.settings.zone_url is not None:
                return None
            known = self.zone
            zone = await self._discover()
            if zone.url == known.url:
                return None
            self._ctx.log.warning("Autotask moved this tenant to another zone; using the new one")
            return self._use(zone)

    async def _discover(self) -> Zone:
        zone = await zones.discover(self._ctx.settings, self._ctx.http)
        await zones.save(self._ctx.settings, self._ctx.state, zone)
        self._zone_is_fresh = True
        return zone

    def _use(self, zone: Zone) -> HttpClient:
        self._sent_before = self.requests_sent
        self._zone = zone
        settings = self._ctx.settings
        budget = self._ctx.vendor_budget(requests=settings.requests_per_hour, concurrency=IN_FLIGHT)
        profile = tenant_profile(settings, budget, url=zone.url, account=zone.account)
        self._client = self._ctx.http(profile)
        return self._client
