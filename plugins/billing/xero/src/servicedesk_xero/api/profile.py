"""How Xero is spoken to: log-ins, limits, what is refused and what that means."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from servicedesk_core.errors import PermissionDeniedError, RateLimitedError
from servicedesk_core.hooks import BudgetPolicy, ConnectorContext, Window
from servicedesk_core.http import (
    HttpProfile,
    OAuth2,
    OAuth2ClientCredentials,
    OAuth2Code,
    Outcome,
    Route,
    Rule,
)
from servicedesk_xero.capabilities import CREATE_CREDIT, CREATE_CUSTOMER, CREATE_INVOICE, VOID_CREDIT, VOID_INVOICE
from servicedesk_xero.settings import XeroSettings

VENDOR: Final = "xero"
_A_DAY_S, _A_MINUTE_S, _A_MINUTE, _AT_ONCE = 86_400.0, 60.0, 60, 5
ROUTES: Final = (
    Route("PUT", "Invoices", grant=CREATE_INVOICE),
    Route("POST", "Invoices", grant=CREATE_INVOICE),
    Route("POST", "Invoices/{id}", grant=VOID_INVOICE),
    Route("PUT", "CreditNotes", grant=CREATE_CREDIT),
    Route("POST", "CreditNotes", grant=CREATE_CREDIT),
    Route("PUT", "CreditNotes/{id}/Allocations", grant=CREATE_CREDIT),
    Route("POST", "CreditNotes/{id}", grant=VOID_CREDIT),
    Route("PUT", "Contacts", grant=CREATE_CUSTOMER),
)
"""A document that we have made ourselves is corrected at the address that may make one too."""
RULES: Final = (
    Rule(
        outcome=Outcome.TRANSIENT,
        error=RateLimitedError,
        status=429,
        header=("X-Rate-Limit-Problem", "day"),
        message="Xero allows this organisation no more requests today ({method} {route}).",
        hint="All apps on the organisation count. A larger tier allows more; requests_per_day says how many.",
        retry_after_s=3600.0,
    ),
    Rule(outcome=Outcome.TRANSIENT, error=RateLimitedError, status=429, retry_after_s=_A_MINUTE_S),
    Rule(
        outcome=Outcome.PERMANENT,
        error=PermissionDeniedError,
        status=401,
        body_contains="AuthorizationUnsuccessful",
        message="The access was not given for this part of Xero ({method} {route}).",
        hint="Add the scope that 'servicedesk connections requirements xero' names to scopes, and authorize again.",
    ),
    Rule(
        outcome=Outcome.PERMANENT,
        error=PermissionDeniedError,
        status=403,
        message="Xero does not let this app at the organisation ({method} {route}).",
        hint="It may have been disconnected there: run 'servicedesk connections authorize' again.",
    ),
)
_NAMES: Final = re.compile(r"(The contact name |The Contact Number ).*( is already assigned)", re.IGNORECASE)


def log_in(ctx: ConnectorContext[XeroSettings]) -> OAuth2:
    """Return how the connection gets its tokens."""
    settings = ctx.settings
    if settings.app == "custom":
        scope = " ".join(one for one in settings.scopes.split() if one != "offline_access")
        return OAuth2ClientCredentials(
            settings.token_url, settings.client_id, settings.client_secret, scope=scope, tokens=ctx.tokens
        )
    return person(ctx)


def person(ctx: ConnectorContext[XeroSettings]) -> OAuth2Code:
    """Return how a person allows the access in a browser."""
    settings = ctx.settings
    return OAuth2Code(
        settings.login_url,
        settings.token_url,
        settings.client_id,
        settings.client_secret,
        redirect_uri=settings.redirect_uri,
        scope=settings.scopes,
        tokens=ctx.tokens,
    )


def connections_profile(ctx: ConnectorContext[XeroSettings], auth: OAuth2) -> HttpProfile:
    """Return the profile of the list of organisations, which counts for no organisation's limits."""
    url = ctx.settings.url
    account = f"{urlsplit(url).netloc} {ctx.settings.client_id}"
    return HttpProfile(base_url=f"{url}/", vendor=VENDOR, account=account, auth=auth, rules=RULES)


def accounting_profile(ctx: ConnectorContext[XeroSettings], auth: OAuth2, tenant: str | None) -> HttpProfile:
    """Return the profile of the Accounting API of one organisation.

    Args:
        ctx: The granted quota.
        auth: How tokens are obtained.
        tenant: Id of the organisation; ``None`` = a custom connection, which has one only and must not name it.
    """
    settings = ctx.settings
    return HttpProfile(
        base_url=f"{settings.url}/api.xro/2.0/",
        vendor=VENDOR,
        account=tenant or settings.client_id,
        auth=auth,
        budget=_budget(ctx),
        rules=RULES,
        routes=ROUTES,
        headers={} if tenant is None else {"xero-tenant-id": tenant},
        error_messages=lambda response: list(messages_in(response.json())),
    )


def _budget(ctx: ConnectorContext[XeroSettings]) -> BudgetPolicy:
    return ctx.vendor_budget(
        requests=ctx.settings.requests_per_day,
        window_s=_A_DAY_S,
        concurrency=_AT_ONCE,
        further=(Window(_A_MINUTE, _A_MINUTE_S),),
    )


def messages_in(body: Any) -> Iterator[str]:
    """Yield what an answer says is wrong, without the names that it repeats."""
    if not isinstance(body, Mapping):
        return
    elements = body.get("Elements")
    found = [text for one in elements for text in errors_of(one)] if isinstance(elements, list) else []
    usual = [body.get("Detail"), body.get("Message")] if not found else []
    yield from (text for text in (*found, *usual) if isinstance(text, str) and text)


def errors_of(element: Any) -> Sequence[str]:
    """Return what is wrong with one record of an answer."""
    errors = element.get("ValidationErrors") if isinstance(element, Mapping) else None
    rows = errors if isinstance(errors, list) else []
    texts = [row.get("Message") for row in rows if isinstance(row, Mapping)]
    return [_NAMES.sub(r"\1…\2", text) for text in texts if isinstance(text, str)]
