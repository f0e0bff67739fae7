"""What was drawn of an answer already: all who are told the same see it as it was drawn once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

KEPT: Final = 50
"""Texts of some ten kilobytes; the one that nobody asked for longest goes first."""


class Drawn:
    """Parts of pages, drawn from answers that are remembered."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[object, str]] = OrderedDict()

    def of(self, answer: object, seen: Hashable, draw: Callable[[], str]) -> str:
        """Return how an answer is drawn.

        Args:
            answer: The answer: this very object, and none that is equal to it.
            seen: What else decides how it looks, such as what whoever looks may do.
            draw: Draws it.
        """
        key = id(answer), seen
        if key not in self._kept:
            self._kept[key] = answer, draw()  # as long as it is kept, nothing else has its id
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key][1]
