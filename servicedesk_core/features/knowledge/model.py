"""Articles as lists show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article."""

    title: Annotated[str, Column("What it is called.", wraps=True)]
    ref: Annotated[str, Column("The provider's id.", "Article", cut=16)]
    tags: Annotated[tuple[str, ...], Column("Words that it was filed under.", spare=2)]
    tickets: Annotated[int, Column("With how many tickets it helped.")]
    used_at: Annotated[datetime | None, Column("When it helped last; nothing = never.", "Used", spare=1)]
    changed_at: Annotated[datetime | None, Column("When it was written last.", "Changed", spare=3)]
    url: Annotated[str | None, Column("Where it is read.", shown=False)]
    connection: Annotated[str, Column("Connection of the knowledge base.", shown=False)]


@dataclass(frozen=True, slots=True)
class Fitting:
    """An article that fits a ticket, or helped with it."""

    title: Annotated[str, Column("What it is called.", wraps=True)]
    ref: Annotated[str, Column("The provider's id.", "Article", cut=16)]
    helped: Annotated[bool, Column("Whether somebody said that it helped.")]
    score: Annotated[int, Column("How well it fits: a word of title or tags counts 3, one of the text 1.", spare=2)]
    why: Annotated[tuple[str, ...], Column("The words that both have.", wraps=True)]
    url: Annotated[str | None, Column("Where it is read.", spare=1)]
    connection: Annotated[str, Column("Connection of the knowledge base.", shown=False)]


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """An article with its text."""

    title: Annotated[str, Column("What it is called.")]
    ref: Annotated[str, Column("The provider's id.")]
    url: Annotated[str | None, Column("Where it is read.")]
    text: Annotated[str, Column("Its text.", wraps=True)]


@dataclass(frozen=True, slots=True)
class Linked:
    """What somebody said of an article and a ticket."""

    ticket: Annotated[str, Column("The ticket.", leads="tickets.show")]
    title: Annotated[str, Column("The article.")]
    ref: Annotated[str, Column("The provider's id of the article.")]
    helped: Annotated[bool, Column("Whether it helped.")]


@dataclass(frozen=True, slots=True)
class ReadArticles:
    """What was read of knowledge bases."""

    connections: Annotated[tuple[str, ...], Column("The connections that were read.")]
    articles: Annotated[int, Column("How many articles they have.")]
