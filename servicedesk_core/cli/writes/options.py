"""Arguments and options that several commands have."""

from typing import Annotated

import typer

from servicedesk_core.errors import SettingsError

Number = Annotated[int, typer.Argument(help='Its number in "writes list".')]
Numbers = Annotated[list[int], typer.Argument(help='Numbers in "writes list".')]
Versions = Annotated[
    list[str],
    typer.Argument(help='Numbers in "writes list"; 7@2 is version 2 of write 7.'),
]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the audit trail.")]
ConnectionOption = Annotated[str | None, typer.Option("--connection", help="Only over this connection.")]
More = Annotated[list[str] | None, typer.Option("--field", help="A further field: NAME=VALUE. May be repeated.")]


def chosen_versions(words: list[str]) -> tuple[list[int], dict[int, int]]:
    """Return the numbers of writes, and the versions of those that name one.

    Raises:
        SettingsError: One is not written so.
    """
    versions: dict[int, int] = {}
    numbers = []
    for word in words:
        number, at, version = word.partition("@")
        if not number.isdecimal() or (at and not version.isdecimal()):
            raise SettingsError(f'"{word}" is no number of a write.', hint="Write it as 7, or with its version as 7@2.")
        numbers.append(int(number))
        if at:
            versions[int(number)] = int(version)
    return numbers, versions
