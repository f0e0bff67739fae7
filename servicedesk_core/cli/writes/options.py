"""Arguments and options that several commands have."""

from typing import Annotated, Any

import typer

from servicedesk_core.errors import SettingsError

Number = Annotated[int, typer.Argument(help='Its number in "writes list".')]
Numbers = Annotated[list[int], typer.Argument(help='Numbers in "writes list".')]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the audit trail.")]
ConnectionOption = Annotated[str | None, typer.Option("--connection", help="Only over this connection.")]
More = Annotated[list[str] | None, typer.Option("--field", help="A further field: NAME=VALUE. May be repeated.")]


def fields_given(pairs: list[str] | None) -> dict[str, Any]:
    """Return fields from ``NAME=VALUE``; a value that is left empty is nothing.

    Raises:
        SettingsError: One is not written so.
    """
    fields: dict[str, Any] = {}
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not equals:
            raise SettingsError(f'"{pair}" is no field.', hint="Write it as --field NAME=VALUE.")
        fields[name.strip()] = value or None
    return fields
