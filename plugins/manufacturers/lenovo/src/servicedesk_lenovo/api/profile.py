"""The vendor's interface as data for the HTTP kit."""

from collections.abc import Sequence

from servicedesk_core.errors import PermissionDeniedError, RateLimitedError
from servicedesk_core.hooks import BudgetPolicy
from servicedesk_core.http import HeaderAuth, HttpProfile, Outcome, Response, Route, Rule
from servicedesk_lenovo.capabilities import SUBMIT
from servicedesk_lenovo.settings import VERSION, LenovoSettings

VENDOR = "lenovo"

ERROR_RULES = (
    # Throttling is documented, its status is not.
    Rule(
        outcome=Outcome.TRANSIENT,
        error=RateLimitedError,
        status=(403, 503),
        body_matches=r"throttl|too many requests|rate limit|quota",
    ),
    Rule(
        outcome=Outcome.PERMANENT,
        error=PermissionDeniedError,
        status=403,
        message="The ClientID may not use this part of Lenovo's interface ({method} {route}).",
        hint="Ask Lenovo for the role; see 'servicedesk connections requirements'.",
    ),
)
ROUTES = (
    Route("POST", "warranty"),  # many serial numbers as a form: it reads
    Route("POST", "case", grant=SUBMIT),
)


def profile(settings: LenovoSettings, budget: BudgetPolicy) -> HttpProfile:
    """Return the profile of the interface.

    Args:
        settings: Credentials and address.
        budget: The quota within what the operator grants.
    """
    return HttpProfile(
        base_url=f"{settings.url}/{VERSION}/",
        vendor=VENDOR,
        account=settings.account,
        auth=HeaderAuth({"ClientID": settings.client_id}),
        budget=budget,
        rules=ERROR_RULES,
        routes=ROUTES,
        error_messages=vendor_messages,
    )


def vendor_messages(response: Response) -> Sequence[str]:
    """Return the message of a failed answer. Errors of the interface hold no text of a case."""
    body = response.json()
    message = body.get("Message") if isinstance(body, dict) else None
    return (message,) if isinstance(message, str) else ()
