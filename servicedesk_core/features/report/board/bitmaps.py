"""Of which tickets something is true: a bit for each, so that counting them takes hardly any time. Pure."""

from collections.abc import Collection, Hashable, Iterator, Mapping
from typing import Any, Final

_BITS: Final = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


class Bitmaps:
    """Sets of small numbers, by what is true of them.

    Args:
        of: The sets that there are already.
    """

    def __init__(self, of: Mapping[Hashable, int] | None = None) -> None:
        self._of: dict[Hashable, int] = dict(of or {})

    def copy(self) -> "Bitmaps":
        """Return them as they are now: who counts is not disturbed by who moves them on."""
        return Bitmaps(self._of)

    def put(self, place: int, before: Collection[Hashable], after: Collection[Hashable]) -> None:
        """Note what is true of a number by now, and what was before."""
        bit = 1 << place
        for what in before:
            if what not in after:
                self._of[what] &= ~bit
        for what in after:
            if what not in before:
                self._of[what] = self._of.get(what, 0) | bit

    def put_many(self, members: Mapping[Hashable, list[int]]) -> None:
        """Note what is true of many numbers at once, of which nothing was before."""
        for what, places in members.items():
            self._of[what] = self._of.get(what, 0) | set_of(places)

    def of(self, what: Hashable) -> int:
        """Return of which numbers something is true."""
        return self._of.get(what, 0)

    def named(self, kind: str) -> Iterator[tuple[Any, int]]:
        """Yield all sets whose names begin with a word: the rest of the name, and the set."""
        for name, members in self._of.items():
            if isinstance(name, tuple) and name[0] == kind and members:
                yield name[1:], members


def set_of(places: Collection[int]) -> int:
    """Return a set of numbers."""
    if not places:
        return 0
    found = bytearray((max(places) >> 3) + 1)
    for one in places:
        found[one >> 3] |= 1 << (one & 7)
    return int.from_bytes(found, "little")


def members(of: int) -> Iterator[int]:
    """Yield the numbers of a set, in order."""
    for index, byte in enumerate(of.to_bytes((of.bit_length() + 7) >> 3, "little")):
        if byte:
            yield from (index * 8 + bit for bit in _BITS[byte])


class Among:
    """Tells quickly of many numbers whether they are in a set.

    Args:
        of: The set.
    """

    def __init__(self, of: int) -> None:
        self._bytes = of.to_bytes((of.bit_length() + 7) >> 3, "little")

    def __contains__(self, place: int) -> bool:
        index = place >> 3
        return index < len(self._bytes) and bool(self._bytes[index] >> (place & 7) & 1)
