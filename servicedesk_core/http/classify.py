"""From an answer, or its absence, to success or the right error."""

import logging
import re
from collections.abc import Callable, Sequence
from datetime import datetime

from servicedesk_core.errors import (
    AuthenticationError,
    ConnectorError,
    NetworkError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitedError,
    RejectedError,
    TransientError,
    UnsupportedError,
    VendorTimeoutError,
    VendorUnavailableError,
    WriteConflictError,
)
from servicedesk_core.http.response import LOOK_BETWEEN, Response
from servicedesk_core.http.retry import parse_retry_after
from servicedesk_core.http.rules import Outcome, Rule
from servicedesk_core.http.wire import Failure, WireError
from servicedesk_core.redaction import Redactor

_log = logging.getLogger("servicedesk.http")

_REQUEST_ID_HEADERS = (
    "x-request-id",
    "request-id",
    "x-correlation-id",
    "x-amzn-requestid",
    "x-ms-request-id",
    "intuit_tid",
    "cf-ray",
)
_LONGEST_MESSAGE = 300
_MOST_MESSAGES = 5

DEFAULT_RULES: tuple[Rule, ...] = (
    Rule(outcome=Outcome.SUCCESS, status=range(200, 300)),
    Rule(outcome=Outcome.PERMANENT, status=range(300, 400), error=ProtocolError),
    Rule(outcome=Outcome.PERMANENT, status=(401, 407), error=AuthenticationError),
    Rule(outcome=Outcome.PERMANENT, status=403, error=PermissionDeniedError),
    Rule(outcome=Outcome.PERMANENT, status=(404, 410), error=NotFoundError),
    Rule(outcome=Outcome.PERMANENT, status=(405, 501), error=UnsupportedError),
    Rule(outcome=Outcome.TRANSIENT, status=408, error=VendorTimeoutError),
    Rule(outcome=Outcome.PERMANENT, status=412, error=WriteConflictError),
    Rule(outcome=Outcome.TRANSIENT, status=425, error=VendorUnavailableError, refused=True),
    Rule(outcome=Outcome.TRANSIENT, status=429, error=RateLimitedError),
    Rule(outcome=Outcome.PERMANENT, status=range(400, 500), error=RejectedError),
    Rule(outcome=Outcome.TRANSIENT, status=range(500, 600), error=VendorUnavailableError),
    Rule(outcome=Outcome.PERMANENT, error=ProtocolError),
)
"""What a status means when no rule of the vendor says otherwise. 2xx first: the common case is decided at once."""

_USUAL_ERRORS: dict[Outcome, type[ConnectorError]] = {
    Outcome.TRANSIENT: VendorUnavailableError,
    Outcome.PERMANENT: RejectedError,
    Outcome.OUTCOME_UNKNOWN: OutcomeUnknownError,
}
_WORDS: dict[type[ConnectorError], tuple[str, str | None]] = {
    AuthenticationError: (
        "The vendor rejected the credentials",
        "Check them, then run 'servicedesk connections test'.",
    ),
    PermissionDeniedError: ("The credentials lack a right at the vendor", "Grant it to the API user there."),
    NotFoundError: ("The vendor has no such record, or hides it", None),
    UnsupportedError: ("The vendor does not support this request", None),
    RateLimitedError: ("The vendor's request quota is used up", None),
    VendorTimeoutError: ("The vendor did not answer in time", None),
    VendorUnavailableError: ("The vendor cannot serve now", None),
    ProtocolError: ("The vendor's answer is not what its contract promises", LOOK_BETWEEN),
    WriteConflictError: ("The record has another version at the vendor than the one that was read", None),
    RejectedError: ("The vendor refused the request", None),
    OutcomeUnknownError: ("The write may or may not have been done", "It is looked up before it is sent again."),
}


class Classifier:
    """Turns answers into outcomes and errors.

    Args:
        connection: For errors.
        rules: The vendor's, before the defaults.
        error_messages: Takes the vendor's messages out of an answer.
        redactor: Masks secrets in them.
        now: The current instant, for ``Retry-After`` dates.
    """

    def __init__(
        self,
        *,
        connection: str,
        rules: Sequence[Rule],
        error_messages: Callable[[Response], Sequence[str]] | None,
        redactor: Redactor,
        now: Callable[[], datetime],
    ) -> None:
        self._connection = connection
        self._rules = tuple(rules) + DEFAULT_RULES
        self._error_messages = error_messages
        self._redactor = redactor
        self._now = now

    def error_for(self, response: Response) -> ConnectorError | None:
        """Return the error that an answer means, or ``None`` for success."""
        match = next(hit for rule in self._rules if (hit := rule.match(response.method, response)))
        rule = match.rule
        if rule.outcome is Outcome.SUCCESS:
            return None
        vendor_messages = self._vendor_messages(response, match.message)
        error = self._error_type(rule, response)
        message = self._message(error, rule, response, vendor_messages)
        hint = rule.hint or _WORDS.get(error, (None, None))[1]
        detail = self._detail(response)
        if issubclass(error, TransientError):
            retry_after_s = parse_retry_after(response.headers.get("retry-after"), self._now())
            if retry_after_s is None:
                retry_after_s = rule.retry_after_s
            return error(message, retry_after_s=retry_after_s, hint=hint, connection=self._connection, detail=detail)
        if issubclass(error, RejectedError):
            return error(message, field_errors=vendor_messages, hint=hint, connection=self._connection, detail=detail)
        return error(message, hint=hint, connection=self._connection, detail=detail)

    def error_without_answer(self, failure: WireError, method: str, route: str, *, writes: bool) -> ConnectorError:
        """Return the error for an exchange that gave no usable answer."""
        what = f"{method} {route}: {self._redactor.text(failure.reason)}"
        detail = f"{method} {route} -> {failure.failure}"
        if writes and failure.maybe_sent:
            words, hint = _WORDS[OutcomeUnknownError]
            return OutcomeUnknownError(f"{words}. {what}.", hint=hint, connection=self._connection, detail=detail)
        if failure.failure is Failure.TIMEOUT:
            return VendorTimeoutError(
                f"The vendor did not answer in time. {what}.", connection=self._connection, detail=detail
            )
        if failure.failure in {Failure.CONNECT, Failure.BROKEN}:
            return NetworkError(
                f"The connection to the vendor {'failed' if failure.failure is Failure.CONNECT else 'broke'}. {what}.",
                hint="Check the network, the address, the proxy and the firewall if this lasts.",
                connection=self._connection,
                detail=detail,
            )
        if failure.failure is Failure.UNSENDABLE:
            return ProtocolError(
                f"The request could not be sent. {what}.",
                hint="Check the secrets of this connection for line breaks and other invisible characters.",
                connection=self._connection,
                detail=detail,
            )
        hint = LOOK_BETWEEN
        if failure.failure is Failure.TOO_LARGE:
            hint += " Otherwise its connector must ask for less at once."
        return ProtocolError(
            f"The vendor's answer is unusable. {what}.", hint=hint, connection=self._connection, detail=detail
        )

    def _error_type(self, rule: Rule, response: Response) -> type[ConnectorError]:
        outcome = rule.outcome
        if response.writes:
            doubtful = outcome is Outcome.TRANSIENT and not rule.proves_nothing_done
            if doubtful or outcome is Outcome.OUTCOME_UNKNOWN or 300 <= response.status < 400:  # noqa: PLR2004
                return OutcomeUnknownError
        elif outcome is Outcome.OUTCOME_UNKNOWN:
            return VendorUnavailableError  # asking again can't harm
        return rule.error or _USUAL_ERRORS[outcome]

    def _message(
        self, error: type[ConnectorError], rule: Rule, response: Response, vendor_messages: tuple[str, ...]
    ) -> str:
        said = "; ".join(vendor_messages)
        if rule.message is not None:
            filled = rule.message
            facts = {"status": str(response.status), "route": response.route, "method": response.method}
            for name, value in {**facts, "vendor_message": said}.items():
                filled = filled.replace(f"{{{name}}}", value)
            return filled
        words = next((_WORDS[kind][0] for kind in error.__mro__ if kind in _WORDS), "The vendor refused the request")
        return f"{words} ({response.method} {response.route}: {response.status})" + (f": {said}." if said else ".")

    def _vendor_messages(self, response: Response, from_rule: str | None) -> tuple[str, ...]:
        found: Sequence[str] = ()
        if from_rule:
            found = (from_rule,)
        elif self._error_messages is not None:
            try:
                found = list(self._error_messages(response))
            except Exception as error:  # noqa: BLE001 - the connector's code must not hide what the vendor answered
                kind = type(error).__name__
                _log.debug("%s: no vendor messages in %s: %s", self._connection, self._detail(response), kind)
        cleaned = (" ".join(self._redactor.text(str(text)).split()) for text in found[:_MOST_MESSAGES])
        return tuple(text[:_LONGEST_MESSAGE].rstrip(".") for text in cleaned if text)

    def _detail(self, response: Response) -> str:
        detail = f"{response.method} {response.route} -> {response.status}"
        for name in _REQUEST_ID_HEADERS:
            if value := re.sub(r"[^\w.:/+=-]", "", response.headers.get(name, ""))[:100]:
                return f"{detail}, {name} {self._redactor.text(value)}"
        return detail
