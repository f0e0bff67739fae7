"""Options that several commands have."""

from datetime import timedelta
from typing import Annotated

import typer

from servicedesk_core.errors import SettingsError

Csv = Annotated[bool, typer.Option("--csv", help="Print the rows as CSV, and nothing else.")]
Company = Annotated[str | None, typer.Option("--company", help="Only this client, by name or id.")]


def span_of(text: str) -> timedelta:
    """Return a span such as ``90d`` that somebody typed.

    Raises:
        SettingsError: It is not understood.
    """
    from servicedesk_core.warranty.lists import span_of as parsed  # noqa: PLC0415

    try:
        return parsed(text)
    except ValueError as error:
        raise SettingsError(f"{error}.") from None
