"""The vendor's interface as data for the HTTP kit."""

from collections.abc import Sequence

from servicedesk_core.errors import NotFoundError, ProtocolError, RateLimitedError
from servicedesk_core.hooks import BudgetPolicy, TokenStore
from servicedesk_core.http import HttpProfile, OAuth2ClientCredentials, Outcome, Response, Rule
from servicedesk_hpe.settings import HpeSettings

VENDOR = "hpe"
ROOT = "apigwext"
ROUTE = "support/entitlement/v1/warrantyCheck"

ERROR_RULES = (
    Rule(outcome=Outcome.TRANSIENT, error=RateLimitedError, status=403, body_matches=r"too ?many ?requests|quota|rate"),
    Rule(outcome=Outcome.PERMANENT, error=NotFoundError, status=404, body_contains="DataNotFound"),
    # A gateway that does not know the address says 404 too; that is no word about a device.
    Rule(
        outcome=Outcome.PERMANENT,
        error=ProtocolError,
        status=404,
        message="HPE's gateway does not know the Warranty Check at this address.",
        hint="Check url of the connection.",
    ),
)


def profile(settings: HpeSettings, budget: BudgetPolicy, tokens: TokenStore) -> HttpProfile:
    """Return the profile of the interface, which only reads.

    Args:
        settings: Credentials and address.
        budget: The quota within what the operator grants.
        tokens: Where the token is kept.
    """
    return HttpProfile(
        base_url=f"{settings.url}/{ROOT}/",
        vendor=VENDOR,
        account=settings.client_id,
        auth=OAuth2ClientCredentials(
            f"{settings.url}/{ROOT}/services/oauth/token", settings.client_id, settings.client_secret, tokens=tokens
        ),
        budget=budget,
        rules=ERROR_RULES,
        error_messages=vendor_messages,
    )


def vendor_messages(response: Response) -> Sequence[str]:
    """Return the message of a failed answer; the one of an expired token holds the token and is left out."""
    body = response.json()
    message = body.get("message") if isinstance(body, dict) else None
    return (message,) if isinstance(message, str) else ()
