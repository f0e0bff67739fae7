"""Options that several commands have."""

from datetime import timedelta
from typing import Annotated

import typer

from servicedesk_core.errors import SettingsError
from servicedesk_core.wording import counted

Csv = Annotated[bool, typer.Option("--csv", help="Print the rows as CSV, and nothing else.")]
Company = Annotated[str | None, typer.Option("--company", help="Only this client, by name or id.")]

Retired = Annotated[bool, typer.Option("--retired", help="Also devices that the PSA calls retired.")]


def left_out(retired: int) -> str:
    """Return what to say of retired devices that are not in a list; empty when there are none."""
    return f"{counted(retired, 'retired device')} left out (--retired)" if retired else ""


def span_of(text: str) -> timedelta:
    """Return a span such as ``90d`` that somebody typed.

    Raises:
        SettingsError: It is not understood.
    """
    from servicedesk_core.features.warranty.tables.lists import span_of as parsed  # noqa: PLC0415

    try:
        return parsed(text)
    except ValueError as error:
        raise SettingsError(f"{error}.") from None
