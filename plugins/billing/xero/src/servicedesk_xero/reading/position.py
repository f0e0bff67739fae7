"""Where a pass stands: pages are numbered, and a number means nothing without the size of a page."""

from dataclasses import dataclass
from typing import Final, Self

from servicedesk_core.errors import CursorError

_VERSION: Final = "1"


@dataclass(frozen=True, slots=True)
class Position:
    """The page that comes next.

    Attributes:
        size: Records a page.
        page: Its number, from 1.
    """

    size: int
    page: int = 1

    @property
    def next(self) -> "Position":
        """The page after it."""
        return Position(self.size, self.page + 1)

    def text(self) -> str:
        """Return the form that is kept."""
        return f"{_VERSION}:{self.size}:{self.page}"

    @classmethod
    def read(cls, text: str | None, size: int) -> Self:
        """Return the position that a kept text names, or the beginning.

        Raises:
            CursorError: It was written by another version.
        """
        if text is None:
            return cls(size)
        version, _, rest = text.partition(":")
        kept, _, page = rest.partition(":")
        if version != _VERSION or not kept.isdigit() or not page.isdigit():
            raise CursorError(f"The saved position {text[:40]!r} is not one of this version of the Xero connector.")
        return cls(int(kept), int(page))
