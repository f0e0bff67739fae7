"""Asking Ingram Micro: every call carries who asks, for which country, and a number of its own."""

import uuid
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from servicedesk_core.errors import NotFoundError, PermissionDeniedError, ProtocolError
from servicedesk_core.hooks import ConnectorContext
from servicedesk_core.http import HttpClient, HttpProfile, OAuth2ClientCredentials, Outcome, Response, Route, Rule
from servicedesk_ingram.capabilities import SUBMIT
from servicedesk_ingram.settings import IngramSettings

VENDOR = "ingram"
RETURNS = "resellers/v6/returns"
ERROR_RULES = (
    Rule(outcome=Outcome.PERMANENT, error=NotFoundError, status=404),
    Rule(
        outcome=Outcome.PERMANENT,
        error=PermissionDeniedError,
        status=403,
        message="The application may not use this part of Ingram Micro's interface ({method} {route}).",
        hint="Ask for it on the developer portal; see 'servicedesk connections requirements'.",
    ),
)
ROUTES = (Route("POST", f"{RETURNS}/create", grant=SUBMIT),)


class Api:
    """The Reseller API.

    Args:
        ctx: Of the connector.
    """

    def __init__(self, ctx: ConnectorContext[IngramSettings]) -> None:
        self._ctx = ctx

    @cached_property
    def _http(self) -> HttpClient:
        return self._ctx.http(profile(self._ctx))

    async def search(self, **query: str) -> list[Mapping[str, Any]]:
        """Return the returns that a search finds, its first page.

        Args:
            query: What to look for, by the vendor's names.

        Raises:
            ConnectorError: Ingram Micro could not be asked, or refused.
        """
        body = (await self._http.get(f"{RETURNS}/search", params=query, headers=_numbered())).json()
        found = body.get("returnsClaims") if isinstance(body, Mapping) else None
        if found is None and isinstance(body, Mapping) and "recordsFound" in body:
            return []
        if not isinstance(found, list):
            raise ProtocolError("Ingram Micro's answer to a search is no list of returns.")
        return [row for row in found if isinstance(row, Mapping)]

    async def details(self, number: str) -> Mapping[str, Any]:
        """Return one return with its lines and amounts.

        Raises:
            NotFoundError: There is no such return.
            ConnectorError: Ingram Micro could not be asked.
        """
        body = (await self._http.get(f"{RETURNS}/{number}", headers=_numbered())).json()
        if not isinstance(body, Mapping) or body.get("caseRequestNumber") != number:
            raise ProtocolError("Ingram Micro answered with another return.")
        return body

    async def create(self, body: Mapping[str, Any]) -> Any:
        """Open a return, once, and return the answer.

        Raises:
            RejectedError: Ingram Micro refused it.
            OutcomeUnknownError: It may have been opened.
            TransientError: Nothing was sent.
        """
        return (await self._http.post(f"{RETURNS}/create", json=body, headers=_numbered())).json()


def profile(ctx: ConnectorContext[IngramSettings]) -> HttpProfile:
    """Return the profile of the interface.

    Args:
        ctx: Credentials, tokens and the granted quota.
    """
    settings = ctx.settings
    headers = {"IM-CustomerNumber": settings.customer_number, "IM-CountryCode": settings.country_code}
    if settings.sender_id:
        headers["IM-SenderID"] = settings.sender_id
    return HttpProfile(
        base_url=f"{settings.url}/",
        vendor=VENDOR,
        account=settings.customer_number,
        auth=OAuth2ClientCredentials(
            settings.token_url or f"{settings.url.removesuffix('/sandbox')}/oauth/oauth20/token",
            settings.client_id,
            settings.client_secret,
            style="query",
            tokens=ctx.tokens,
        ),
        budget=ctx.vendor_budget(requests=settings.requests_per_hour),
        rules=ERROR_RULES,
        routes=ROUTES,
        headers=headers,
        error_messages=vendor_messages,
    )


def vendor_messages(response: Response) -> Sequence[str]:
    """Return what a failed answer says about fields."""
    return messages_in(response.json())


def messages_in(body: Any) -> Sequence[str]:
    """Return what an answer says about fields that are wrong, without the values that it repeats.

    Errors come as one object, inside ``errors``, or inside a list.

    Args:
        body: Decoded JSON.
    """
    if isinstance(body, list):
        return [message for one in body for message in messages_in(one)]
    if not isinstance(body, Mapping):
        return []
    if isinstance(body.get("errors"), list):
        return messages_in(body["errors"])
    fields = [one for one in body.get("fields") or () if isinstance(one, Mapping)]
    told = [f"{one.get('field')}: {one.get('message')}" for one in fields if one.get("field")]
    if told or "traceid" not in body:
        return told
    return [text for text in (body.get("message"), body.get("type")) if isinstance(text, str) and text][:1]


def _numbered() -> dict[str, str]:
    """Return the field that numbers a call; Ingram Micro wants each to be unique."""
    return {"IM-CorrelationID": uuid.uuid4().hex}
