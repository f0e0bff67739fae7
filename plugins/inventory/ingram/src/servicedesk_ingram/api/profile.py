"""How Ingram Micro is spoken to: every call carries who asks, for which country, and a number of its own."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from servicedesk_core.errors import NotFoundError, PermissionDeniedError, ProtocolError, RejectedError
from servicedesk_core.hooks import ConnectorContext
from servicedesk_core.http import AuthSession, HttpProfile, OAuth2ClientCredentials, Outcome, Response, Route, Rule
from servicedesk_ingram.capabilities import CANCEL, PLACE, SUBMIT
from servicedesk_ingram.settings import IngramSettings

VENDOR = "ingram"
RETURNS = "resellers/v6/returns"
CATALOGUE = "resellers/v6/catalog"
PRICES = f"{CATALOGUE}/priceandavailability"
ORDERS = "resellers/v6/orders"
ORDER_DETAILS = "resellers/v6.1/orders"
ERROR_RULES = (
    # So the gateway before the interface answers, or another server; a search that found nothing says something else.
    Rule(
        outcome=Outcome.PERMANENT,
        error=ProtocolError,
        status=404,
        body_matches='"fault"|<html',
        message="There is no such interface at this address ({method} {route}).",
        hint="url is the address of Ingram Micro's interface; that of their own sandbox ends with /sandbox.",
    ),
    Rule(outcome=Outcome.PERMANENT, error=NotFoundError, status=404),
    Rule(
        outcome=Outcome.PERMANENT,
        error=RejectedError,
        status=405,
        method="DELETE",
        message="Ingram Micro cancels an order only while it is on hold, and this one is not.",
        hint="Refuse the parcel, or return the goods by a claim.",
    ),
    Rule(
        outcome=Outcome.PERMANENT,
        error=PermissionDeniedError,
        status=403,
        message="The application may not use this part of Ingram Micro's interface ({method} {route}).",
        hint="Ask for it on the developer portal; see 'servicedesk connections requirements'.",
    ),
)
ROUTES = (
    Route("POST", f"{RETURNS}/create", grant=SUBMIT),
    Route("POST", ORDERS, grant=PLACE),
    Route("DELETE", f"{ORDERS}/{{order}}", grant=CANCEL),
    Route("POST", PRICES),  # a look-up, although it is posted
)


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
        budget=ctx.vendor_budget(requests=settings.requests_per_hour, concurrency=4),
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
