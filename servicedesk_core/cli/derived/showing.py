"""What a command prints: a list as a table or as CSV, a record as its facts, or a page that was made by hand."""

from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.faces import Offer, Page
from servicedesk_core.faces.column import cell, columns_of, fields_of
from servicedesk_core.faces.document import json_bytes
from servicedesk_core.faces.reference import named


def as_csv(cli: Cli, offer: Offer[..., Any], found: Any, chosen: tuple[str, ...]) -> None:
    """Print a list as CSV, or the values of a dashboard; beside a list say what is not told, and where it goes on."""
    from servicedesk_core.cli.shell.csv_output import write_csv, write_rows  # noqa: PLC0415

    if offer.row is None:
        from servicedesk_core.faces import boards  # noqa: PLC0415  # most of what is asked for is no dashboard

        write_csv(boards.Cell, boards.csv_rows(found))
        return
    write_rows(chosen or fields_of(offer.row), found.items)
    if unseen := getattr(found, "unseen", ""):  # lists that tell of people have it
        cli.say(unseen)
    _more(cli, found)


def as_pdf(cli: Cli, found: Any, path: Path) -> None:
    """Write a dashboard as PDF."""
    from servicedesk_core.faces import boards  # noqa: PLC0415  # most of what is asked for is no dashboard
    from servicedesk_core.files import replace_file  # noqa: PLC0415

    replace_file(path, boards.pdf(found))
    cli.say(f"Written to {path}.")


def as_page(cli: Cli, offer: Offer[..., Any], found: Any, path: Path) -> None:
    """Write a result as a page for a browser."""
    from servicedesk_core.files import replace_file  # noqa: PLC0415

    replace_file(path, named(offer.html)(found).encode())
    cli.say(f"Written to {path}.")


def emit(cli: Cli, offer: Offer[..., Any], found: Any, *, as_json: bool, chosen: tuple[str, ...] = ()) -> None:
    """Print a result as the document of its name, or for people; see :func:`show`."""
    cli.emit(offer.name, found, version=offer.version, as_json=as_json, show=lambda: show(cli, offer, found, chosen))


def show(cli: Cli, offer: Offer[..., Any], found: Any, chosen: tuple[str, ...] = ()) -> None:
    """Print a result for people.

    Args:
        cli: The run.
        offer: What was asked or done.
        found: The result.
        chosen: The columns that somebody named.
    """
    if offer.page and not chosen:
        named(offer.page)(cli, found)
    elif offer.row is not None:
        cli.rows(offer.row, found.items, empty=offer.empty, chosen=chosen)
    else:
        _record(cli, found)
    if isinstance(found, Page):
        _more(cli, found)


def _more(cli: Cli, found: Page[Any]) -> None:
    if found.next:
        cli.say(f"There are more: --after {found.next}")


def _record(cli: Cli, found: Any) -> None:
    """Print the fields of a record, below them the records in it, and what is a document of its own."""
    kind: type = type(found)
    columns = columns_of(kind)
    values = {name: getattr(found, name) for name in columns}
    apart = {name: value for name, value in values.items() if isinstance(value, dict | list) or _records(value)}
    cli.facts((columns[name].title, cell(name, value)) for name, value in values.items() if name not in apart)
    for name, value in apart.items():
        if isinstance(value, tuple):
            cli.rows(type(value[0]), value, title=columns[name].title)
        elif is_dataclass(value):
            cli.line(columns[name].title)
            _record(cli, value)
        else:
            cli.line(json_bytes(value).decode().rstrip())


def _records(value: Any) -> bool:
    """Whether a value is a record with columns of its own, or several."""
    one = value[0] if isinstance(value, tuple) and value else value
    kind: type = type(one)
    return is_dataclass(one) and bool(columns_of(kind))
