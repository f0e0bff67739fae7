"""What may be told to clients of an incident that hits several: nothing that names another of them. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

SHORTEST_NUMBER: Final = 5
"""A ticket's number of fewer characters is any number."""

_FORMS: Final = frozenset(
    {
        "ag",
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
        "nv",
        "plc",
        "pty",
        "sa",
        "sarl",
        "srl",
    }
)
"""Words at the end of a company's name that say what it is before the law, and nobody says."""

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
    folded = _folded(text)
    for one in readers:
        for word in (*_names(one.name), *sorted(n for n in one.numbers if len(n) >= SHORTEST_NUMBER)):
            if re.search(rf"(?<!\w){re.escape(_folded(word))}(?!\w)", folded):
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
    while len(words) > 1 and (words[-1].strip(".,").casefold().replace(".", "") in _FORMS or words[-1] in {"&", "+"}):
        words = words[:-1]
        yield " ".join(words).rstrip(",")


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
