"""The mark by which a write is found again where the vendor has only text: put in, found, and taken out."""

import re
from typing import Final

START: Final = "[ref:"
"""What every mark begins with, for a search that knows no more."""

_MARK: Final = re.compile(r"\[ref:([A-Za-z0-9_.-]{1,64})\]")
LONGEST_ID: Final = 36
"""Characters of the ids that core gives writes."""


def mark_of(write_id: str) -> str:
    """Return the mark of a write."""
    return f"[ref:{write_id}]"


def marked(text: str | None, write_id: str) -> str:
    """Return a text that ends with the mark of a write; :meth:`WriteCapability.marked` knows where one may stand."""
    return "\n\n".join(filter(None, (text, mark_of(write_id))))


def marks_in(text: object) -> list[str]:
    """Return the ids of the writes whose marks a text carries."""
    return _MARK.findall(text) if isinstance(text, str) else []


def carries_mark(text: object, write_id: str) -> bool:
    """Return whether a text carries the mark of this very write."""
    return write_id in marks_in(text)


def unmarked(text: str) -> str:
    """Return a text without the mark that ends it, as its author wrote it: what ``map_record`` gives core.

    What looks like a mark in the midst of a text is somebody's own words.
    """
    marked_text = text.rstrip()
    at = marked_text.rfind(START)
    return marked_text[:at].rstrip() if at >= 0 and _MARK.fullmatch(marked_text, at) else text


def mark_length(write_id: str = "") -> int:
    """Return by how many characters a mark makes a text longer, at most."""
    return len(marked("x", write_id.ljust(LONGEST_ID, "-"))) - 1
