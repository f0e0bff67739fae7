"""The vendor's interface as data for the HTTP kit."""

from collections.abc import Sequence

from servicedesk_cisco.api.errors import errors_in
from servicedesk_cisco.settings import CiscoSettings
from servicedesk_core.errors import NotFoundError, PermissionDeniedError, RateLimitedError, RejectedError
from servicedesk_core.hooks import ConnectorContext
from servicedesk_core.http import HttpProfile, OAuth2ClientCredentials, Outcome, Response, Rule

VENDOR = "cisco"
_GATEWAY_CODE = "X-Mashery-Error-Code"

ERROR_RULES = (
    # The gateway says 403 for nearly everything; its header tells what it means.
    Rule(
        outcome=Outcome.TRANSIENT,
        error=RateLimitedError,
        status=(403, 429),
        header=(_GATEWAY_CODE, "OVER_(QPS|RATE)"),
        retry_after_s=2.0,
    ),
    Rule(outcome=Outcome.TRANSIENT, error=RateLimitedError, status=429, retry_after_s=2.0),
    Rule(
        outcome=Outcome.PERMANENT,
        error=PermissionDeniedError,
        status=403,
        header=(_GATEWAY_CODE, "DEVELOPER_INACTIVE"),
        message="Cisco has deactivated the application.",
        hint="Look at it on Cisco's API console.",
    ),
    Rule(outcome=Outcome.PERMANENT, error=NotFoundError, status=403, body_contains="CASE_NOTFOUND"),
    Rule(outcome=Outcome.PERMANENT, error=RejectedError, status=403, body_matches=r"INVALID_|API_[A-Z_]*FORMAT"),
    Rule(
        outcome=Outcome.PERMANENT,
        error=PermissionDeniedError,
        status=403,
        message="The application may not use this interface of Cisco ({method} {route}).",
        hint="Add the interface to it on Cisco's API console; see 'servicedesk connections requirements'.",
    ),
    Rule(
        outcome=Outcome.PERMANENT,
        error=RejectedError,
        status=596,
        message="Cisco's gateway does not know this address; a value in it is not acceptable ({route}).",
    ),
)


def profile(ctx: ConnectorContext[CiscoSettings]) -> HttpProfile:
    """Return the profile of the interface.

    Args:
        ctx: Credentials, tokens and the granted quota.
    """
    settings = ctx.settings
    return HttpProfile(
        base_url=f"{settings.url}/",
        vendor=VENDOR,
        account=settings.client_id,
        auth=OAuth2ClientCredentials(settings.token_url, settings.client_id, settings.client_secret, tokens=ctx.tokens),
        budget=ctx.vendor_budget(requests=settings.requests_per_day, window_s=86_400, concurrency=settings.parallel),
        rules=ERROR_RULES,
        error_messages=vendor_messages,
    )


def vendor_messages(response: Response) -> Sequence[str]:
    """Return the codes of a failed answer; descriptions may repeat what was asked for."""
    return [error.code for error in errors_in(response.json()) if error.code]
