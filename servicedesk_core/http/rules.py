"""Classification of answers as data."""

import re
from dataclasses import dataclass
from enum import StrEnum

from servicedesk_core.errors import ConnectorError, RateLimitedError
from servicedesk_core.http.response import Response

MATCHED_BODY_BYTES = 64 * 1024
"""How much of a body the rules look at."""


class Outcome(StrEnum):
    """What an answer means for the request."""

    SUCCESS = "success"
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    OUTCOME_UNKNOWN = "outcome_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of a vendor's error table. All conditions that are given must hold.

    Attributes:
        outcome: What the answer means. ``OUTCOME_UNKNOWN`` on a request that reads counts as transient.
        error: Error to raise; ``None`` = the usual one of the outcome and status.
        status: Status code, several, or a ``range``; ``None`` = any, successes too.
        method: HTTP method; ``None`` = any.
        body_contains: Text that the first 64 kB of the body contain, in any case of letters.
        body_matches: Regular expression found in the first 64 kB of the body, in any case of letters. A group named
            ``message`` is shown to the user as the vendor's message.
        header: Name of a header and a regular expression found in its value.
        message: Replaces the usual message. May use ``{status}``, ``{route}``, ``{method}``, ``{vendor_message}``.
        hint: Replaces the usual hint.
        refused: The answer proves that nothing was done. Without it a transient answer to a write becomes
            :class:`OutcomeUnknownError`; :class:`RateLimitedError` implies it.
        retry_after_s: Wait to assume when the answer names none.
    """

    outcome: Outcome
    error: type[ConnectorError] | None = None
    status: int | tuple[int, ...] | range | None = None
    method: str | None = None
    body_contains: str | None = None
    body_matches: str | None = None
    header: tuple[str, str] | None = None
    message: str | None = None
    hint: str | None = None
    refused: bool = False
    retry_after_s: float | None = None

    def __post_init__(self) -> None:
        """Compile the expressions, so that a mistake shows when the rule is written, not when it is needed."""
        for expression in (self.body_matches, self.header[1] if self.header else None):
            if expression is not None:
                re.compile(expression)

    @property
    def proves_nothing_done(self) -> bool:
        """Whether a write that got this answer certainly had no effect."""
        return self.refused or (self.error is not None and issubclass(self.error, RateLimitedError))

    def match(self, method: str, response: Response) -> "RuleMatch | None":
        """Return the match, or ``None`` when a condition fails.

        Args:
            method: Upper-case method of the request.
            response: The answer.
        """
        if not self._status_matches(response.status) or (self.method and self.method.upper() != method):
            return None
        if self.header and not re.search(self.header[1], response.headers.get(self.header[0], ""), re.IGNORECASE):
            return None
        if self.body_contains is None and self.body_matches is None:
            return RuleMatch(self)
        text = response.content[:MATCHED_BODY_BYTES].decode("utf-8", "replace")
        if self.body_contains is not None and self.body_contains.casefold() not in text.casefold():
            return None
        if self.body_matches is None:
            return RuleMatch(self)
        found = re.search(self.body_matches, text, re.IGNORECASE)
        return RuleMatch(self, found.groupdict().get("message")) if found else None

    def _status_matches(self, status: int) -> bool:
        if self.status is None:
            return True
        return status == self.status if isinstance(self.status, int) else status in self.status


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A rule that applies, with the vendor's message if its expression took one out."""

    rule: Rule
    message: str | None = None
