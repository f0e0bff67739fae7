"""Asking Ingram Micro: every call carries who asks, for which country, and a number of its own."""

import uuid
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from servicedesk_core.errors import NotFoundError, PermissionDeniedError, ProtocolError
from servicedesk_core.hooks import ConnectorContext
from servicedesk_core.http import (
    AuthSession,
    HttpClient,
    HttpProfile,
    OAuth2ClientCredentials,
    Outcome,
    Response,
    Route,
    Rule,
)
from servicedesk_ingram.capabilities import SUBMIT
from servicedesk_ingram.settings import IngramSettings

VENDOR = "ingram"
RETURNS = "resellers/v6/returns"
_MOST_PAGES = 40
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

    async def knock(self) -> None:
        """Ask for one return, whichever, to learn whether the interface lets us in.

        Raises:
            ConnectorError: Ingram Micro could not be asked, or refused.
        """
        await self._page({"size": "1"})

    async def search(self, **query: str) -> list[Mapping[str, Any]]:
        """Return all returns that a search finds.

        Args:
            query: What to look for, by the vendor's names.

        Raises:
            ProtocolError: The answer is no list, or less than it says itself.
            ConnectorError: Ingram Micro could not be asked, or refused.
        """
        found: list[Mapping[str, Any]] = []
        for page in range(1, _MOST_PAGES + 1):
            rows, body = await self._page(query | ({"page": str(page)} if page > 1 else {}))
            found += rows
            total = body.get("recordsFound")
            if not body.get("nextPage") and not (isinstance(total, int) and total > len(found)):
                return found
            if not rows:
                break
        raise ProtocolError("Ingram Micro's answer to a search leaves out what it says it has found.")

    async def _page(self, query: Mapping[str, str]) -> tuple[list[Mapping[str, Any]], Mapping[str, Any]]:
        body = (await self._http.get(f"{RETURNS}/search", params=query)).json()
        found = body.get("returnsClaims") if isinstance(body, Mapping) else None
        if found is None and isinstance(body, Mapping) and "recordsFound" in body:
            found = []
        if not isinstance(found, list):
            raise ProtocolError("Ingram Micro's answer to a search is no list of returns.")
        return [row for row in found if isinstance(row, Mapping)], body

    async def details(self, number: str) -> Mapping[str, Any]:
        """Return one return with its lines and amounts.

        Raises:
            NotFoundError: There is no such return.
            ConnectorError: Ingram Micro could not be asked.
        """
        body = (await self._http.get(f"{RETURNS}/{number}")).json()
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
        return (await self._http.post(f"{RETURNS}/create", json=body)).json()


class _NumberedCalls(OAuth2ClientCredentials):
    """A token, and beside it the number that Ingram Micro wants with every call.

    It stands here because credentials are asked for once for each sending: a question that the kit repeats is another
    call and needs another number.
    """

    async def headers(self, session: AuthSession) -> Mapping[str, str]:
        """Return the token and a number that was never used."""
        return {**await super().headers(session), "IM-CorrelationID": uuid.uuid4().hex}


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
        auth=_NumberedCalls(
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
    listed = body.get("fields")
    fields = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    told = [f"{one.get('field')}: {_without_value(one)}" for one in fields if one.get("field")]
    if told or "traceid" not in body:
        return told
    return [text for text in (body.get("message"), body.get("type")) if isinstance(text, str) and text][:1]


def _without_value(field: Mapping[str, Any]) -> str:
    """Return what is wrong with a field; the vendor may repeat what was sent inside its words."""
    message, value = str(field.get("message")), field.get("value")
    return message.replace(value, "…") if isinstance(value, str) and value else message
