"""How much two titles have in common: words that tell something, and no numbers. Pure."""

import re
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+")
_STOP: Final = frozenset(
    _WORD.findall(
        "a an and are at be but by can do does for from fw fwd had has have i in is it my no not of on or our please "
        "re the there this to was we with"
    )
)


def words_of(title: str) -> frozenset[str]:
    """Return the words of a title; numbers and filling words are left out."""
    return frozenset(_WORD.findall(title.casefold())) - _STOP


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return which share of all words two titles have in common, from 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0
