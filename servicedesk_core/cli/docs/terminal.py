"""A page as it is read in a terminal."""

import re

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown, TableElement
from rich.table import Table

_TO_A_PAGE = re.compile(r"\[([^\]]+)\]\((?!https?://)[^)\s]*\)")
"""A link to another page, or within one: a terminal cannot follow it."""


class _WholeTable(TableElement):
    """A table that breaks a word that is too long instead of cutting it off."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for part in super().__rich_console__(console, options):
            if isinstance(part, Table):
                for column in part.columns:
                    column.overflow = "fold"
            yield part


class Page(Markdown):
    """A page of the reference, laid out for the width of the terminal.

    Args:
        text: The page as Markdown.
    """

    elements = {**Markdown.elements, "table_open": _WholeTable}  # noqa: RUF012  # as rich declares it

    def __init__(self, text: str) -> None:
        super().__init__(_TO_A_PAGE.sub(r"\1", text))
