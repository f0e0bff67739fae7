"""How the vendor's HTTP interface behaves, as data: credentials, error table, routes, limits."""

from collections.abc import Sequence

from servicedesk_autotask.settings import AutotaskSettings
from servicedesk_autotask.writing.kinds import KINDS
from servicedesk_core.errors import (
    AuthenticationError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
    VendorUnavailableError,
)
from servicedesk_core.hooks import WEBHOOKS, BudgetPolicy
from servicedesk_core.http import Field, HeaderAuth, HttpProfile, Outcome, Response, Route, Rule

VENDOR = "autotask"
IN_FLIGHT = 2
"""Requests at once for one endpoint. Three are allowed, but a place is freed a little after the answer is out."""

LONGEST_BODY = 128 * 1024 * 1024
"""Bytes of an answer; a page of 500 tickets with long texts stays far below."""
_FAILED = range(400, 600)
_CHECK_USER = (
    "Check username, secret and integration_code, and that the API user is active and not locked; "
    "then run 'servicedesk connections test'."
)

ZONE_RULES = (
    Rule(
        outcome=Outcome.PERMANENT,
        error=AuthenticationError,
        status=500,
        body_contains="Zone information could not be determined",
        message="Autotask knows no API user by the configured username.",
        hint="Use the API user's whole username, which looks like an e-mail address, as Admin > Resources shows it.",
    ),
)

ERROR_RULES = (
    # Limits first: their text counts whatever the status is.
    Rule(
        outcome=Outcome.TRANSIENT,
        error=RateLimitedError,
        status=_FAILED,
        body_matches=r"thread threshold|Itgenatr005",
        message="Autotask refused one more parallel request on this endpoint.",
        hint="It is tried again; another integration may be using the same integration code.",
        retry_after_s=2.0,
    ),
    Rule(
        outcome=Outcome.TRANSIENT,
        error=RateLimitedError,
        status=_FAILED,
        body_matches=r"request threshold|threshold of \d+ requests|requests per hour",
        message="The hourly request quota of the Autotask database is used up by all its integrations together.",
        hint="Wait for the rolling hour to pass, or see which integration uses most of it.",
        retry_after_s=60.0,
    ),
    Rule(outcome=Outcome.TRANSIENT, error=RateLimitedError, status=429, retry_after_s=60.0),
    Rule(
        outcome=Outcome.PERMANENT,
        error=AuthenticationError,
        status=(401, 403, 500),
        body_matches=r"(?P<message>IntegrationCode is invalid)",
        message="Autotask does not accept the integration code.",
        hint="Copy the tracking identifier from the API user's page; it is not the secret.",
    ),
    Rule(
        outcome=Outcome.PERMANENT,
        error=AuthenticationError,
        status=401,
        message="Autotask rejected the username or the secret.",
        hint=_CHECK_USER,
    ),
    Rule(
        outcome=Outcome.PERMANENT,
        error=AuthenticationError,
        status=(403, 500),
        body_matches=r"authentication|(user ?name|password|credentials?) .{0,40}(invalid|incorrect)|locked out",
        message="Autotask did not let the API user in.",
        hint=_CHECK_USER,
    ),
    Rule(
        outcome=Outcome.PERMANENT,
        error=PermissionDeniedError,
        status=(403, 500),
        body_matches=r"adequate permissions|required permissions|not have .{0,30}permission",
        message="The API user's security level does not allow this ({method} {route}).",
    ),
    Rule(
        outcome=Outcome.PERMANENT,
        error=RejectedError,
        status=500,
        body_matches=r"(?P<message>Unable to find \w+ in the \w+ Entity)",
        message="Autotask no longer has a field that this connector asks for: {vendor_message}.",
        hint="Update servicedesk-autotask; the other streams are not affected.",
    ),
    Rule(
        outcome=Outcome.PERMANENT,
        error=PermissionDeniedError,
        status=(403, 500),
        body_matches=r"(?P<message>entity is only available if [\w -]+ is enabled)",
        message="Autotask does not offer this to the tenant ({method} {route}): {vendor_message}.",
    ),
    Rule(
        outcome=Outcome.TRANSIENT,
        error=VendorUnavailableError,
        status=500,
        body_matches=r"deadlock|lock request time|timeout expired|execution timeout",
    ),
    # The vendor answers 500 for nearly everything the caller did wrong; the array tells it from a real outage.
    Rule(
        outcome=Outcome.PERMANENT,
        error=RejectedError,
        status=500,
        body_matches=r'^\s*\{\s*"errors"\s*:\s*\[\s*"',
    ),
)

ROUTES = (
    Route("POST", "{entity}/query"),
    Route("POST", "{entity}/query/count"),
    KINDS["tickets.create"].route("POST", "Tickets"),
    KINDS["tickets.update"].route("PATCH", "Tickets"),
    # One address for both: what the note says about its readers decides, whatever the connector meant to send.
    KINDS["notes.create_internal"].route("POST", "Tickets/{ticket}/Notes"),
    KINDS["notes.create_public"].route("POST", "Tickets/{ticket}/Notes"),
    KINDS["attachments.create_internal"].route("POST", "Tickets/{ticket}/Attachments"),
    KINDS["attachments.create_public"].route("POST", "Tickets/{ticket}/Attachments"),
    KINDS["time_entries.create"].route("POST", "TimeEntries"),
    KINDS["charges.create"].route("POST", "Tickets/{ticket}/Charges"),
    KINDS["appointments.create"].route("POST", "ServiceCalls"),
    # One address for both: what a cancelled one has, and no other, decides.
    Route("PATCH", "ServiceCalls", "appointments.cancel", body={"canceledDateTime": Field.PRESENT}),
    KINDS["appointments.change"].route("PATCH", "ServiceCalls"),
    KINDS["appointments.create"].route("POST", "ServiceCalls/{call}/Tickets", KINDS["appointments.change"]),
    KINDS["appointments.create"].route("POST", "ServiceCallTickets/{link}/Resources", KINDS["appointments.change"]),
    KINDS["appointments.change"].route("DELETE", "ServiceCalls/{call}/Tickets/{link}"),
    KINDS["appointments.change"].route("DELETE", "ServiceCallTickets/{link}/Resources/{id}"),
    KINDS["secondary_resources.create"].route("POST", "Tickets/{ticket}/SecondaryResources"),
    KINDS["secondary_resources.delete"].route("DELETE", "Tickets/{ticket}/SecondaryResources/{id}"),
    KINDS["checklist_items.create"].route("POST", "Tickets/{ticket}/ChecklistItems"),
    KINDS["checklist_items.update"].route("PATCH", "Tickets/{ticket}/ChecklistItems"),
    KINDS["assets.update"].route("PATCH", "ConfigurationItems"),
    KINDS["opportunities.create"].route("POST", "Opportunities"),
    KINDS["opportunities.update"].route("PATCH", "Opportunities"),
    *(
        Route(method, f"{entity}Webhooks{path}", WEBHOOKS)
        for entity in ("Ticket", "TicketNote", "Company", "Contact", "ConfigurationItem")
        for method, path in (("POST", ""), ("PATCH", ""), ("DELETE", "/{id}"), ("POST", "/{id}/Fields"))
    ),
)
"""All that is ever sent besides GET. The first two read; the HTTP kit sends the others only when they are granted, and
refuses everything else."""


def zone_profile(discovery_url: str) -> HttpProfile:
    """Return the profile of the zone look-up, which needs no credentials and counts for nobody."""
    return HttpProfile(base_url=discovery_url, vendor=VENDOR, account="zone", rules=ZONE_RULES)


def tenant_profile(settings: AutotaskSettings, budget: BudgetPolicy, *, url: str, account: str) -> HttpProfile:
    """Return the profile of a tenant's zone.

    Args:
        settings: Credentials and limits.
        budget: The tenant's quota within what the operator grants.
        url: Address of the zone's REST service.
        account: The vendor's id of the tenant.
    """
    # No ImpersonationResourceId here: on reads it makes the vendor refuse. Writes add it where it is configured.
    auth = HeaderAuth(
        {
            "UserName": settings.username,
            "Secret": settings.secret,
            "ApiIntegrationCode": settings.integration_code,
        }
    )
    return HttpProfile(
        base_url=f"{url}V1.0/",
        vendor=VENDOR,
        account=account,
        auth=auth,
        budget=budget,
        rules=ERROR_RULES,
        routes=ROUTES,
        # A query is cut off by the vendor after five minutes.
        read_timeout_s=310.0,
        total_timeout_s=330.0,
        max_body_bytes=LONGEST_BODY,
        error_messages=vendor_messages,
    )


def vendor_messages(response: Response) -> Sequence[str]:
    """Return the messages of a failed answer: ``{"errors": [...]}``, or ``{"Message": ...}`` for routes."""
    body = response.json()
    if not isinstance(body, dict):
        return ()
    errors = body.get("errors")
    if isinstance(errors, list):
        return [text for text in errors if isinstance(text, str)]
    message = body.get("Message")
    return (message,) if isinstance(message, str) else ()
