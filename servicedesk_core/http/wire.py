"""What passes between the client and the HTTP library behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from servicedesk_core.http.response import Headers
from servicedesk_core.ports import Receiver


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """One exchange to be made.

    Attributes:
        method: Upper-case method.
        url: Absolute URL, query included.
        headers: All header fields.
        content: Body.
        read_timeout_s: Longest silence.
        total_timeout_s: Longest duration.
        watch_send: Whether the caller must know if bytes may have left; costs a little.
        is_too_late: Where sending is watched: asked directly before the first byte, when the connection stands; if it
            says so, nothing is sent.
        into: Takes the body of a successful answer.
    """

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None
    read_timeout_s: float
    total_timeout_s: float
    watch_send: bool
    is_too_late: Callable[[], bool] | None = None
    into: Receiver | None = None


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """One answer, body decoded."""

    status: int
    headers: Headers
    content: bytes


class Failure(StrEnum):
    """Why there is no answer."""

    CONNECT = "connect"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    UNSENDABLE = "unsendable"
    TOO_LATE = "too_late"


class WireError(Exception):
    """An exchange without a usable answer.

    Args:
        failure: Why.
        reason: For a person; no secrets.
        maybe_sent: Whether any byte of the request may have reached the vendor.
    """

    def __init__(self, failure: Failure, reason: str, *, maybe_sent: bool) -> None:
        super().__init__(reason)
        self.failure = failure
        self.reason = reason
        self.maybe_sent = maybe_sent
