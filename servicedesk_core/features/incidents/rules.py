"""What may be told to clients of an incident that hits several: nothing that names another of them. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

SHORTEST_NUMBER: Final = 5
"""A ticket's number of fewer characters is any number, unless a number sign stands before it."""

_FORMS: Final = frozenset(
    {
        "ag",
        "aps",
        "bv",
        "co",
        "corp",
        "gmbh",
        "inc",
        "kg",
        "limited",
        "llc",
        "llp",
        "ltd",
        "mbh",
        "nv",
        "ohg",
        "oy",
        "oyj",
        "plc",
        "pty",
        "sa",
        "sarl",
        "sas",
        "srl",
        "ug",
    }
)
"""Words at the end of a company's name that say what it is before the law, and nobody says."""

_WRITTEN: Final = frozenset({"AB", "AS", "SpA"})
"""Such words that are others unless they are written so."""

WITHHELD: Final = "(withheld: it names another client)"


@dataclass(frozen=True, slots=True)
class Reader:
    """A client whose tickets stand under an incident.

    Attributes:
        key: Tells it from others: connection and the vendor's id.
        name: What people call it.
        numbers: The numbers of its tickets.
    """

    key: tuple[str, str]
    name: str
    numbers: frozenset[str] = frozenset()


def named(text: str, readers: Iterable[Reader]) -> Iterator[tuple[Reader, str]]:
    """Yield the clients that a text names, each with the word that does: its name, or the number of a ticket."""
    read = folded(text)
    for one in readers:
        numbers = sorted(n if len(n) >= SHORTEST_NUMBER else f"#{n.lstrip('#')}" for n in one.numbers)
        for word in (*_names(one.name), *numbers):
            if re.search(rf"(?<!\w){re.escape(folded(word))}(?!\w)", read):
                yield one, word
                break


def given_away(text: str, readers: Collection[Reader]) -> tuple[tuple[Reader, str], ...]:
    """Return the clients that a text would name to another client who reads it."""
    keys = {one.key for one in readers}
    return tuple((one, word) for one, word in named(text, readers) if keys - {one.key})


def safe(text: str, others: Iterable[Reader]) -> str:
    """Return a text for one client: withheld where it names another one.

    Args:
        text: The text.
        others: The other clients.
    """
    return WITHHELD if any(named(text, others)) else text


def _names(name: str) -> Iterator[str]:
    """Yield what a client is called: its name, and that without the words of its legal form."""
    words = name.split()
    if words:
        yield name
    while len(words) > 1 and (_is_form(words[-1].strip(".,").replace(".", "")) or words[-1] in {"&", "+"}):
        words = words[:-1]
        yield " ".join(words).rstrip(",")


def _is_form(word: str) -> bool:
    return word.casefold() in _FORMS or word in _WRITTEN


def folded(text: str) -> str:
    """Return a text as it is compared: however it is written, it reads the same."""
    return " ".join(normalize("NFKC", text).casefold().split())
