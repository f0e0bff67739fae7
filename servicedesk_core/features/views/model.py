"""A view as lists show it."""

from dataclasses import dataclass
from typing import Annotated

from servicedesk_core.faces import Column, Opens


@dataclass(frozen=True, slots=True)
class View:
    """A list, or a page, with a filter, kept under a name."""

    name: Annotated[str, Column("What it is called.", cut=16)]
    owner: Annotated[str, Column("Whose it is.", spare=2)]
    command: Annotated[str, Column("The command that shows it.", wraps=True)]
    is_shared: Annotated[bool, Column("Whether everybody who sees the whole desk sees it.", "Shared")]
    is_pinned: Annotated[bool, Column("Whether its rows are counted on the page of tickets.", "Pinned")]
    opens: Annotated[Opens, Column("The list, with its filter.", shown=False)]


@dataclass(frozen=True, slots=True)
class ViewRemoved:
    """A view that is gone."""

    name: Annotated[str, Column("What it was called.")]
