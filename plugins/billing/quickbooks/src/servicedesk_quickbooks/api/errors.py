"""What the interface's errors mean. Its codes stand in the body; the HTTP status says little."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from servicedesk_core.errors import (
    AuthenticationError,
    ConnectorError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
    UnsupportedError,
    WriteConflictError,
)
from servicedesk_core.http import Outcome, Response, Rule

DUPLICATE_NUMBER, DUPLICATE_NAME = "6140", "6240"
_RECONNECT: Final = "Whoever allowed the access may have left: allow it anew with servicedesk connections authorize."
_CODES: Final[Mapping[str, tuple[type[ConnectorError], str | None]]] = {
    "120": (AuthenticationError, _RECONNECT),
    "500": (UnsupportedError, None),
    "610": (NotFoundError, "It was deleted, or is inactive: map it to one that is used."),
    "2500": (RejectedError, "A record that it names does not exist: pull, and look at the mapping."),
    "3100": (PermissionDeniedError, "The access is to another company: check realm_id, or allow it anew."),
    "5010": (WriteConflictError, None),
    "6190": (PermissionDeniedError, "The company's subscription has lapsed; its owner renews it in QuickBooks."),
    "6210": (RejectedError, "The books of that period are closed: use a later date, or have them opened."),
}
"""By code: the error, and what to do about it. What is not here is refused data, or what its status says."""


def rules() -> tuple[Rule, ...]:
    """Return the rules by which answers are told apart."""
    told = tuple(
        Rule(outcome=Outcome.PERMANENT, error=error, hint=hint, status=(400, 401, 403), body_matches=_of_code(code))
        for code, (error, hint) in _CODES.items()
    )
    # The same request id twice at the same moment: the first one may have been done.
    again = Rule(outcome=Outcome.OUTCOME_UNKNOWN, status=400, body_matches=_of_code("600"))
    slower = Rule(outcome=Outcome.TRANSIENT, error=RateLimitedError, status=429, retry_after_s=60.0)
    throttled = Rule(
        outcome=Outcome.TRANSIENT,
        error=RateLimitedError,
        status=(400, 403),
        body_matches=_of_code("3001"),
        retry_after_s=60.0,
    )
    return (slower, throttled, again, *told, Rule(outcome=Outcome.PERMANENT, error=RejectedError, status=400))


def codes(error: RejectedError) -> frozenset[str]:
    """Return the interface's codes that a refusal names."""
    return frozenset(text.partition(":")[0] for text in error.field_errors)


def vendor_messages(response: Response) -> Sequence[str]:
    """Return what a failed answer says, each with its code before it."""
    return [f"{code}: {text}" for code, text in _errors(response.json())]


def _errors(body: Any) -> Iterator[tuple[str, str]]:
    # A refused token is told in small letters, all else in capitals.
    fault = _field(body, "Fault")
    for error in _field(fault, "Error") or ():
        message, detail = str(_field(error, "Message") or ""), str(_field(error, "Detail") or "")
        yield str(_field(error, "code") or "?"), message if detail in message else f"{message}. {detail}".strip(". ")


def _field(body: Any, name: str) -> Any:
    if not isinstance(body, Mapping):
        return None
    return body.get(name, body.get(name.lower()))


def _of_code(code: str) -> str:
    return rf'"code"\s*:\s*"{code}"'
