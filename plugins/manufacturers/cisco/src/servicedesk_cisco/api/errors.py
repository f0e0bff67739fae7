"""Errors in Cisco's answers: in a failed one, in place of the records of a good one, or inside one record."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_ABSENT = ("NO_RECORDS", "NOTFOUND", "NOT_FOUND", "SSA_ERR_010")
_ABSENT_WORDS = ("no records", "not found", "no order found", "invalid serial", "value specified is invalid")
_DENIED = ("NOTAUTHORIZED", "NOT_AUTHORIZED")
_WRAPPERS = ("ErrorResponse", "APIError", "Error", "OrderList", "EOXError")


@dataclass(frozen=True, slots=True)
class VendorError:
    """An error as the vendor names it.

    Attributes:
        code: Its code; empty when there is none.
        description: Its words; may repeat what was asked for.
    """

    code: str
    description: str

    @property
    def means_absent(self) -> bool:
        """Whether it says that there is no such thing."""
        words = self.description.lower()
        return any(one in self.code.upper() for one in _ABSENT) or any(one in words for one in _ABSENT_WORDS)

    @property
    def means_denied(self) -> bool:
        """Whether it says that we may not see it."""
        return any(one in self.code.upper() for one in _DENIED)

    @property
    def means_too_much(self) -> bool:
        """Whether fewer serial numbers in one question would help."""
        return "EXCEEDED" in self.code.upper()


def errors_in(body: Any) -> Iterator[VendorError]:
    """Yield the errors of an answer or of one record; none when it is a good one.

    Cisco nests them in up to three wrappers, as a list or as one object, with keys in two spellings.

    Args:
        body: Decoded JSON.
    """
    if isinstance(body, list):
        for one in body:
            yield from errors_in(one)
    elif isinstance(body, Mapping):
        code = body.get("ErrorCode", body.get("errorCode", body.get("ErrorID")))
        if code is not None:
            words = body.get("ErrorDescription", body.get("errorDescription", body.get("errorSummary", "")))
            yield VendorError(str(code), words if isinstance(words, str) else "")
            return
        for name in _WRAPPERS:
            if name in body:
                yield from errors_in(body[name])


def error_in(body: Any) -> VendorError | None:
    """Return the first error of an answer or of one record, or ``None``."""
    return next(errors_in(body), None)
