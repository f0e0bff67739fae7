"""Articles of a knowledge base, and how well one fits a ticket."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from servicedesk_core.domain.names import plain_name

_WORD: Final = re.compile(r"\w{3,}")
_COMMON: Final = frozenset({
    "and", "are", "but", "can", "cannot", "does", "for", "from", "has", "have", "how", "into", "not", "now", "out",
    "over", "that", "the", "their", "them", "then", "there", "they", "this", "was", "what", "when", "where", "which",
    "who", "why", "will", "with", "you", "your",
})  # fmt: skip
_TITLE, _TAG, _TEXT = 3, 3, 1


@dataclass(frozen=True, slots=True)
class Article:
    """What is known of an article without its text.

    Attributes:
        ref: The provider's id.
        title: What it is called.
        tags: Words that it was filed under.
        words: The words of its text that tell it apart, in no order.
        url: Where a person reads it; ``None`` = nowhere but here.
        changed_at: When it was written last; ``None`` = not known.
    """

    ref: str
    title: str
    tags: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    url: str | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ArticleText:
    """An article with its text.

    Attributes:
        article: The article.
        text: Its text, as plain text or Markdown.
    """

    article: Article
    text: str


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text that tell it apart: of three letters or more, in one spelling, and not common."""
    return frozenset(_WORD.findall(plain_name(text).casefold())) - _COMMON


def fit(article: Article, asked: Iterable[str]) -> int:
    """Return how well an article fits words: its title and its tags count three times; 0 = it does not.

    Args:
        article: The article.
        asked: Words, as :func:`words_of` gives them.
    """
    wanted = frozenset(asked)
    title, tags = words_of(article.title), words_of(" ".join(article.tags))
    return (
        _TITLE * len(wanted & title)
        + _TAG * len((wanted & tags) - title)
        + _TEXT * len((wanted & article.words) - title - tags)
    )
