"""Versions of definitions, and what differs between them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column, Page


class Change(StrEnum):
    """What becomes of a definition."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs in one field of a definition, or in a whole one."""

    definition: Annotated[str, Column("Its kind and its name, as the header of its table.")]
    change: Annotated[Change, Column("What becomes of it.")]
    field: Annotated[str | None, Column("Where in it; nothing = it as a whole.", wraps=True)]
    before: Annotated[str | None, Column("What stood there; nothing = nothing.", wraps=True)]
    after: Annotated[str | None, Column("What stands there instead.", wraps=True)]
    holds_from: Annotated[datetime | None, Column("From when on that holds; nothing = since ever.", spare=1)]


@dataclass(frozen=True, slots=True)
class DefinitionVersion:
    """What was applied together."""

    version: Annotated[int, Column("Its number; there are no gaps.")]
    at: Annotated[datetime, Column("When it was applied.", "When")]
    author: Annotated[str, Column("Who applied it.", "Who")]
    reason: Annotated[str, Column("Why, in their words.", "Why", wraps=True)]
    changed: Annotated[tuple[str, ...], Column("Which definitions it changed.", wraps=True)]
    despite_freeze: Annotated[str | None, Column("Why it could not wait for the end of a freeze.", spare=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Page[Difference]):
    """What applying a folder would change."""

    items: Annotated[tuple[Difference, ...], Column("What would change.")]
    folder: Annotated[str, Column("The folder.")]
    version: Annotated[int, Column("The newest version in the store; 0 = there is none.")]
    files_version: Annotated[int | None, Column("From which version the files are; nothing = they do not say.")]
    added: Annotated[int, Column("Definitions that are new, on all pages.")]
    changed: Annotated[int, Column("Definitions that would change.")]
    removed: Annotated[int, Column("Definitions that would go.")]
    obstacles: Annotated[tuple[str, ...], Column("Why it would be refused, and what to say to have it all the same.")]
    warnings: Annotated[tuple[str, ...], Column("What somebody should look at; it stands in no way.")]


@dataclass(frozen=True, slots=True)
class Applied:
    """What was applied."""

    version: Annotated[int, Column("The newest version now.")]
    added: Annotated[int, Column("Definitions that are new.")]
    changed: Annotated[int, Column("Definitions that were changed.")]
    removed: Annotated[int, Column("Definitions that were removed.")]
    is_noted: Annotated[
        bool, Column("Whether the folder says now that its files are from this version.", "Noted in the folder")
    ]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    folder: Annotated[str, Column("The folder.")]
    version: Annotated[int, Column("The version that the files are from.")]
    files: Annotated[tuple[str, ...], Column("The files.")]
