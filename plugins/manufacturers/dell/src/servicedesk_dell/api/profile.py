"""How the vendor's gateway behaves, as data: credentials, error tables, routes, limits."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from pydantic import SecretStr

from servicedesk_core.errors import (
    AuthenticationError,
    ProtocolError,
    RateLimitedError,
    RejectedError,
    VendorUnavailableError,
)
from servicedesk_core.hooks import ConnectorContext
from servicedesk_core.http import HttpProfile, OAuth2ClientCredentials, Outcome, Response, Route, Rule
from servicedesk_dell.settings import LIVE_GATEWAY, SANDBOX_GATEWAY, DellSettings

VENDOR = "dell"
IN_FLIGHT = 2
"""Questions to the Warranty API at once; the vendor publishes no number, and one after the other is slow."""
MOST_BYTES = 32 * 1024 * 1024
"""Of one answer; parts lists and lists of claims are long, files travel the other way."""
TOKEN_PATH = "auth/oauth/v2/token"  # noqa: S105  # a path
WARRANTY_PATH = "PROD/sbil/eapi/v5/"
ACTION = "http://api.dell.com/IDispatchService/"
"""What ``SOAPAction`` begins with; the operation follows."""
READS = (
    "CheckUser", "CheckLogin", "GetPartsbyServiceTag", "GetPartsbyModel", "GetDispatchStatus", "BulkDispatchesInquiry",
)  # fmt: skip
WRITES = {"CreateDispatch": "claims.submit", "ResubmitDispatch": "claims.resubmit"}
"""Grant by operation that changes something."""

RENEWAL_ADVICE = (
    "Sign in to TechDirect as that technician, renew the password there, put it into the connection's secret, "
    "then run 'servicedesk connections test'. Nothing more is sent until then, so that the login is not locked."
)
LOGIN_ADVICE = (
    "Check technician_login and technician_password in TechDirect, then run 'servicedesk connections test'. "
    "Nothing more is sent until then, so that the login is not locked."
)
HAS_EXPIRED = r"password[^<]{0,60}expired|expired[^<]{0,60}password"
REFUSED_LOGIN = (
    r"(?:login|user ?name|password|credentials?)\b[^<]{0,60}"
    r"(?:invalid|incorrect|locked|inactive|not valid|not active|disabled|denied)"
    r"|(?:invalid|incorrect|wrong)[^<]{0,40}(?:login|password|credential)"
    r"|(?:user|account)\b[^<]{0,40}(?:locked|inactive|not active|disabled)"
)

# Anchored at the beginning: texts inside a successful answer are never read as a fault.
_FAULT = (
    r"\A\ufeff?\s*(?:<\?xml[^>]*>\s*)?<(?:[\w.-]+:)?Envelope\b[^>]*>\s*"
    r"(?:<(?:[\w.-]+:)?Header\b[^>]*/>\s*|<(?:[\w.-]+:)?Header\b[^>]*>(?s:.)*?</(?:[\w.-]+:)?Header>\s*)?"
    r"<(?:[\w.-]+:)?Body\b[^>]*>\s*<(?:[\w.-]+:)?Fault\b(?s:.)*?"
)


def _fault(text: str = "") -> str:
    return rf"{_FAULT}<faultstring[^>]*>(?P<message>[^<]*(?:{text})[^<]*)"


_LIMITS = (
    Rule(outcome=Outcome.TRANSIENT, error=RateLimitedError, status=429, retry_after_s=60.0),
    Rule(
        outcome=Outcome.TRANSIENT,
        error=RateLimitedError,
        status=403,
        header=("retry-after", "."),
        message="Dell's gateway refused because of its request limit (403 with a waiting time).",
        retry_after_s=60.0,
    ),
    Rule(
        outcome=Outcome.TRANSIENT,
        error=RateLimitedError,
        status=403,
        body_matches=r"(?:rate|quota|spike|throttl)\w*[^<\"]{0,40}(?:limit|exceed|violat|arrest)|over (?:rate|qps)",
        message="Dell's gateway refused because of its request limit (403).",
        retry_after_s=60.0,
    ),
    Rule(
        outcome=Outcome.PERMANENT,
        error=ProtocolError,
        status=range(200, 300),
        header=("content-type", "html"),
        message="Dell's gateway answered with a web page.",
        hint="Check gateway_url and whether a proxy stands between.",
    ),
)
_FAULTS = (
    Rule(
        outcome=Outcome.PERMANENT,
        error=AuthenticationError,
        body_matches=_fault(HAS_EXPIRED),
        message="The technician's TechDirect password has expired.",
        hint=RENEWAL_ADVICE,
    ),
    Rule(
        outcome=Outcome.PERMANENT,
        error=AuthenticationError,
        body_matches=_fault(REFUSED_LOGIN),
        message="TechDirect does not let the technician in: {vendor_message}.",
        hint=LOGIN_ADVICE,
    ),
    Rule(outcome=Outcome.PERMANENT, error=RejectedError, body_matches=_fault("missing param")),
    Rule(
        outcome=Outcome.PERMANENT,
        error=RejectedError,
        body_matches=rf"{_FAULT}<faultcode[^>]*>[^<]*(?:Client|Sender)\b(?s:.)*?<faultstring[^>]*>(?P<message>[^<]*)",
    ),
    # Whatever else went wrong there says nothing about what was done; HTTP 200 makes it no success.
    Rule(outcome=Outcome.TRANSIENT, error=VendorUnavailableError, body_matches=_fault()),
    Rule(outcome=Outcome.TRANSIENT, error=VendorUnavailableError, body_matches=_FAULT),
)


def gateway(ctx: ConnectorContext[DellSettings]) -> str:
    """Return the address of the gateway, with a slash at its end."""
    return ctx.settings.gateway_url or (LIVE_GATEWAY if ctx.environment == "live" else SANDBOX_GATEWAY)


def dispatch_path(environment: str) -> str:
    """Return where Self-Dispatch lies at the gateway."""
    return f"{'PROD' if environment == 'live' else 'Sandbox'}/support/dispatch/v3/service"


def warranty_profile(ctx: ConnectorContext[DellSettings]) -> HttpProfile:
    """Return the profile of the Warranty API."""
    settings = ctx.settings
    return HttpProfile(
        base_url=f"{gateway(ctx)}{WARRANTY_PATH}",
        vendor=VENDOR,
        account=f"{settings.warranty_client_id}",
        auth=_token(ctx, settings.warranty_client_id, settings.warranty_client_secret, shared=True),
        budget=ctx.vendor_budget(requests=settings.requests_per_minute, window_s=60.0, concurrency=IN_FLIGHT),
        rules=_LIMITS,
        error_messages=fault_messages,
    )


def dispatch_profile(ctx: ConnectorContext[DellSettings]) -> HttpProfile:
    """Return the profile of Self-Dispatch; what an operation may do is told by its ``SOAPAction``."""
    settings = ctx.settings
    path = dispatch_path(ctx.environment)
    routes = [Route("POST", path, header=("SOAPAction", f"{ACTION}{name}")) for name in READS]
    routes += [Route("POST", path, grant, header=("SOAPAction", f"{ACTION}{name}")) for name, grant in WRITES.items()]
    return HttpProfile(
        base_url=gateway(ctx),
        vendor=VENDOR,
        account=f"{settings.dispatch_client_id}",
        auth=_token(ctx, settings.dispatch_client_id, settings.dispatch_client_secret, shared=False),
        budget=ctx.vendor_budget(requests=settings.requests_per_minute, window_s=60.0),
        rules=_LIMITS + _FAULTS,
        routes=tuple(routes),
        max_body_bytes=MOST_BYTES,
        error_messages=fault_messages,
    )


class _Credentials(OAuth2ClientCredentials):
    """A key that also knows the technician's password, so that the kit masks it in whatever the vendor says."""

    password = ""

    def secrets(self) -> Iterable[str]:
        """Return both, the password plain and as XML holds it."""
        return [*super().secrets(), self.password, escape(self.password)]


def _token(
    ctx: ConnectorContext[DellSettings], client_id: str | None, secret: SecretStr | None, *, shared: bool
) -> OAuth2ClientCredentials:
    if client_id is None or secret is None:
        raise RuntimeError("settings without this key were let through")
    # Each API has a key of its own, and a token of one is worth nothing to the other; the store keeps one a connection.
    credentials = _Credentials(
        f"{gateway(ctx)}{TOKEN_PATH}",
        client_id,
        secret,
        style=ctx.settings.token_style,
        tokens=ctx.tokens if shared else None,
    )
    if ctx.settings.technician_password is not None:
        credentials.password = ctx.settings.technician_password.get_secret_value()
    return credentials


def fault_messages(response: Response) -> Sequence[str]:
    """Return the message of a failed JSON answer: ``{"Fault": {"faultstring": ...}}``, or OAuth's description."""
    body = response.json() if response.content.lstrip()[:1] == b"{" else None
    if not isinstance(body, dict):
        return ()
    fault = body.get("Fault")
    found = fault.get("faultstring") if isinstance(fault, dict) else body.get("error_description")
    return (found,) if isinstance(found, str) else ()
