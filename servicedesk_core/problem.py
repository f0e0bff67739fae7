"""An error as data, where others must not be stopped by it."""

from dataclasses import dataclass
from typing import Self

from servicedesk_core.errors import ServiceDeskError


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong with one of several things.

    Attributes:
        code: Stable code of the error.
        exit_code: What the command line returns for it.
        message: What is wrong, for people.
        hint: What to do about it.
    """

    code: str
    exit_code: int
    message: str
    hint: str | None

    @classmethod
    def of(cls, error: ServiceDeskError) -> Self:
        """Return an error as data."""
        return cls(error.code, error.exit_code, error.message, error.hint)
