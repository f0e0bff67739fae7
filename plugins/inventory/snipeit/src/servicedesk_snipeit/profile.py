"""The interface as data for the HTTP kit."""

import html
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from servicedesk_core.errors import NotFoundError, RejectedError
from servicedesk_core.hooks import BudgetPolicy
from servicedesk_core.http import BearerAuth, HttpProfile, Outcome, Response, Route, Rule
from servicedesk_snipeit.settings import SnipeItSettings

VENDOR = "snipeit"
TAKE, RETURN = "stock_moves.take", "stock_moves.return"
_ERROR = r'^\s*\{\s*"status"\s*:\s*"error"'

ERROR_RULES = (
    # Nearly every error comes with 200; what reads and fails so was about a record that is not there.
    Rule(outcome=Outcome.PERMANENT, error=NotFoundError, status=200, method="GET", body_matches=_ERROR),
    Rule(outcome=Outcome.PERMANENT, error=RejectedError, status=200, body_matches=_ERROR),
)

ROUTES = (
    *(Route("POST", f"{kind}/{{id}}/checkout", TAKE) for kind in ("components", "accessories", "consumables")),
    *(Route("POST", f"{kind}/{{id}}/checkin", RETURN) for kind in ("components", "accessories")),
    Route("POST", "hardware/{id}/checkout", TAKE),
    Route("POST", "hardware/{id}/checkin", RETURN),
)
"""All that is ever sent besides GET."""


def account_of(settings: SnipeItSettings) -> str:
    """Return what names an installation: its host and path, because the interface has no id of its own."""
    address = urlsplit(settings.url)
    return f"{address.netloc}{address.path}".lower().rstrip("/")


def profile(settings: SnipeItSettings, budget: BudgetPolicy) -> HttpProfile:
    """Return the profile of an installation.

    Args:
        settings: Address and token.
        budget: The quota of the user within what the operator grants.
    """
    return HttpProfile(
        base_url=f"{settings.url}/api/v1/",
        vendor=VENDOR,
        account=account_of(settings),
        auth=BearerAuth(settings.token),
        budget=budget,
        rules=ERROR_RULES,
        routes=ROUTES,
        headers={"Accept": "application/json"},  # else errors are redirects to a page
        error_messages=vendor_messages,
    )


def vendor_messages(response: Response) -> Sequence[str]:
    """Return the messages of a failed answer: one text, or texts by field."""
    body: Any = response.json()
    told = body.get("messages") if isinstance(body, dict) else None
    if isinstance(told, dict):
        each = [text for texts in told.values() for text in (texts if isinstance(texts, list) else [texts])]
    else:
        each = [told]
    return [html.unescape(text) for text in each if isinstance(text, str)]
