"""Which record of a ledger may be which of the PSA, and how sure that is. Pure."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from servicedesk_core.domain.names import plain_name

_LEGAL_FORMS: Final = frozenset({
    "ab", "ag", "aps", "as", "bv", "co", "company", "corp", "corporation", "doo", "eg", "eu", "ev", "gbr", "gmbh",
    "inc", "incorporated", "kft", "kg", "kgaa", "limited", "llc", "llp", "lp", "ltd", "mbh", "nv", "ohg", "oy",
    "oyj", "plc", "pllc", "pte", "pty", "sa", "sarl", "sas", "se", "sl", "spa", "srl", "srls", "sro", "the", "ug",
    "und", "and", "et",
})  # fmt: skip
"""Words that say how a company is made, or that nobody is told apart by."""
_NO_WORD: Final = re.compile(r"[^\w]+|_")
_DOTTED: Final = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_COMMON: Final = 50
"""A word that more records than that have in their names says nothing about one of them."""
_LEAST: Final = 0.6
"""How alike two names are at least, of which one is suggested for the other."""


class Evidence(StrEnum):
    """By what something was found."""

    MADE = "made for it"
    TAX_NUMBER = "same tax number"
    NAME = "same name"
    ALMOST = "same name but for its spelling or legal form"
    NUMBER = "same number"
    DOMAIN = "same web and mail domain"
    SIMILAR = "similar name"


_CONFIDENCE: Final = {
    Evidence.MADE: 100,
    Evidence.TAX_NUMBER: 100,
    Evidence.NAME: 100,
    Evidence.ALMOST: 95,
    Evidence.NUMBER: 90,
    Evidence.DOMAIN: 85,
    Evidence.SIMILAR: 80,
}
"""In percent; of similar names at most."""
_CERTAIN: Final = 100
_DOUBTED: Final = 70
"""What is left of it where another record has other evidence."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a record, of the PSA or of the ledger.

    Attributes:
        ref: The id of it.
        names: What people call it, the usual name first.
        number: Its number or code.
        tax_number: Its tax number.
        address: Of its web page, or a mail address.
    """

    ref: str
    names: tuple[str, ...]
    number: str | None = None
    tax_number: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A record of the ledger that it may be.

    Attributes:
        ref: The ledger's id.
        confidence: How sure that is, in percent; 100 = made for it, or the only one with that tax number or name.
        why: By what it was found.
    """

    ref: str
    confidence: int
    why: Evidence

    @property
    def is_certain(self) -> bool:
        """Whether it may be linked without anybody's look."""
        return self.confidence == _CERTAIN


def certain(ref: str, why: Evidence) -> Suggestion:
    """Return a suggestion that nobody has to look at."""
    return Suggestion(ref, _CERTAIN, why)


Keys = Callable[[Known], Iterator[str]]


class Matches:
    """Finds records of a ledger for records of a PSA.

    Args:
        ours: All of the PSA of one sort: what several of them have in common tells none apart.
        theirs: All of the ledger that documents may name.
    """

    def __init__(self, ours: Iterable[Known], theirs: Iterable[Known]) -> None:
        mine, self._theirs = tuple(ours), {one.ref: one for one in theirs}
        self._by = [(why, keys, _only(keys, mine), _only(keys, self._theirs.values())) for why, keys in _KEYS]
        self._words: defaultdict[str, set[str]] = defaultdict(set)
        for one in self._theirs.values():
            for word in {word for name in one.names for word in core(name).split()}:
                self._words[word].add(one.ref)

    def of(self, one: Known) -> Suggestion | None:
        """Return the best one; ``None`` = nothing is like it."""
        found: list[tuple[Evidence, str]] = []
        for why, keys, mine, theirs in self._by:
            named = {theirs[key] for key in keys(one) if key in theirs and mine.get(key) == one.ref}
            found += [(why, ref) for ref in named if len(named) == 1]
        if not found:
            return self._similar(one)
        why, ref = found[0]
        strong = {other for evidence, other in found if _CONFIDENCE[evidence] == _CERTAIN}
        return Suggestion(ref, _CONFIDENCE[why] if strong <= {ref} else _DOUBTED, why)

    def _similar(self, one: Known) -> Suggestion | None:
        mine = core(one.names[0])
        near = {ref for word in mine.split() if len(refs := self._words.get(word, ())) <= _COMMON for ref in refs}
        likeness, ref = max(
            ((SequenceMatcher(None, mine, core(self._theirs[ref].names[0])).ratio(), ref) for ref in sorted(near)),
            key=lambda scored: scored[0],
            default=(0.0, ""),
        )
        if likeness < _LEAST:
            return None
        return Suggestion(ref, int(likeness * _CONFIDENCE[Evidence.SIMILAR]), Evidence.SIMILAR)


def core(name: str) -> str:
    """Return what tells a name apart: lower case, without accents, punctuation and legal form."""
    plain = unicodedata.normalize("NFKD", plain_name(name).casefold())
    plain = _DOTTED.sub("", "".join(one for one in plain if not unicodedata.combining(one)))
    words = _NO_WORD.sub(" ", plain).split()
    return " ".join([word for word in words if word not in _LEGAL_FORMS] or words)


def _tax_number(one: Known) -> Iterator[str]:
    if plain := re.sub(r"[\W_]", "", one.tax_number or "").casefold():
        yield plain


def _names(one: Known) -> Iterator[str]:
    yield from {plain_name(name).casefold() for name in one.names}


def _cores(one: Known) -> Iterator[str]:
    yield from {core(name) for name in one.names} - {""}


def _number(one: Known) -> Iterator[str]:
    if plain := plain_name(one.number or "").casefold():
        yield plain


def _domain(one: Known) -> Iterator[str]:
    """Yield the domain of a web page or a mail address."""
    host = re.sub(r"^\w+://", "", (one.address or "").strip().casefold()).rpartition("@")[2]
    host = re.split(r"[/:?#]", host)[0].removeprefix("www.")
    if "." in host:
        yield host


_KEYS: Final[tuple[tuple[Evidence, Keys], ...]] = (
    (Evidence.TAX_NUMBER, _tax_number),
    (Evidence.NAME, _names),
    (Evidence.ALMOST, _cores),
    (Evidence.NUMBER, _number),
    (Evidence.DOMAIN, _domain),
)
"""The strongest evidence first."""


def _only(keys: Keys, known: Iterable[Known]) -> dict[str, str]:
    """Return what only a single record has, with whose it is."""
    having: defaultdict[str, set[str]] = defaultdict(set)
    for one in known:
        for key in keys(one):
            having[key].add(one.ref)
    return {key: next(iter(refs)) for key, refs in having.items() if len(refs) == 1}
