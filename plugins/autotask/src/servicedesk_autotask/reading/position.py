"""Where a pass stands, and ranges of ids, as the short texts that core keeps."""

from dataclasses import dataclass

from servicedesk_autotask.api.query import Condition, where
from servicedesk_core.errors import CursorError

_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a pass.

    Attributes:
        source: Index of the stream's source.
        last_id: Last id that was read there; ``None`` at its start.
    """

    source: int = 0
    last_id: int | None = None

    def text(self) -> str:
        """Return the form that is kept: version, source, id."""
        return f"{_VERSION}:{self.source}:{'' if self.last_id is None else self.last_id}"


def read_position(text: str | None, sources: int) -> Position:
    """Return the place that a kept text names.

    Raises:
        CursorError: It was written by another version, or for another stream.
    """
    if text is None:
        return Position()
    version, _, rest = text.partition(":")
    source, _, last_id = rest.partition(":")
    try:
        if version == _VERSION and 0 <= int(source) < max(sources, 1):
            return Position(int(source), int(last_id) if last_id else None)
    except ValueError:
        pass  # said below, together with the other reasons
    raise CursorError(f"The saved position {text[:40]!r} is not one of this version of the Autotask connector.")


@dataclass(frozen=True, slots=True)
class IdRange:
    """A piece of a pass: ids above ``low`` up to ``high``; ``None`` = no bound."""

    low: int | None = None
    high: int | None = None

    def text(self) -> str:
        """Return the form that is kept."""
        return f"{_VERSION}:{'' if self.low is None else self.low}..{'' if self.high is None else self.high}"

    def conditions(self) -> list[Condition]:
        """Return what keeps a query in the range."""
        found = []
        if self.low is not None:
            found.append(where("id", "gt", self.low))
        if self.high is not None:
            found.append(where("id", "lte", self.high))
        return found


def read_range(text: str | None) -> IdRange:
    """Return the range that a kept text names.

    Raises:
        CursorError: It was written by another version.
    """
    if text is None:
        return IdRange()
    version, _, rest = text.partition(":")
    low, dots, high = rest.partition("..")
    try:
        if version == _VERSION and dots:
            return IdRange(int(low) if low else None, int(high) if high else None)
    except ValueError:
        pass  # said below
    raise CursorError(f"The partition {text[:40]!r} is not one of this version of the Autotask connector.")
