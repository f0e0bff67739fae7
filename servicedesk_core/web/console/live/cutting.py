"""The parts of a page that are live, cut out of its HTML."""

import re
from dataclasses import dataclass
from typing import Final

_PIECE: Final = re.compile(r'<live-block id="([a-z0-9-]+)" data-v="([0-9a-f]{12})">.*?</live-block>', re.DOTALL)
"""As ``live.html`` writes it; no text of a record can look like it, because templates escape all of them."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a page that is live.

    Attributes:
        id: Its name, the same each time the page is made.
        version: Another one when it shows something else.
        html: It, with the element around it.
    """

    id: str
    version: str
    html: str


def pieces(html: str) -> dict[str, Piece]:
    """Return the parts of a page that are live, by their names."""
    return {found[1]: Piece(found[1], found[2], found[0]) for found in _PIECE.finditer(html)}
