"""Documents, their lines and what these bill, as three files of CSV. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from servicedesk_core.features.billing.drafts import Draft
from servicedesk_core.printing import for_cell

Cell = str | int | Decimal | date | None

_DOCUMENTS: Final = (
    "document", "kind", "connection", "company_id", "company", "first", "last", "currency", "net", "tax", "number",
    "issued_on", "due_on", "reference", "lines",
)  # fmt: skip
_LINES: Final = (
    "document", "line", "sells", "description", "quantity", "unit_price", "amount", "currency", "served_on", "about",
)  # fmt: skip
_SOURCES: Final = ("document", "line", "connection", "stream", "id", "part")


def files_of(drafts: Sequence[Draft]) -> dict[str, bytes]:
    """Return the content of the files by name. A document is named by its digest in all of them.

    Amounts are exact and have no thousands separators; days are ISO 8601; text that a spreadsheet would run as a
    formula gets an apostrophe before it.
    """
    named = [(one.digest, one) for one in drafts]
    return {
        "documents.csv": _csv(_DOCUMENTS, (_document(*one) for one in named)),
        "lines.csv": _csv(_LINES, (row for one in named for row in _lines(*one))),
        "sources.csv": _csv(_SOURCES, (row for one in named for row in _sources(*one))),
    }


def _document(digest: str, of: Draft) -> tuple[Cell, ...]:
    return (
        digest, of.kind.value, of.connection, of.company_ref, of.company, of.first, of.last, of.currency, of.net,
        of.tax, of.number, of.issued_on, of.due_on, of.reference, len(of.lines),
    )  # fmt: skip


def _lines(digest: str, of: Draft) -> Iterator[tuple[Cell, ...]]:
    for number, line in enumerate(of.lines, 1):
        about = "; ".join(f"{one.stream}/{one.ref} {one.name}" for one in line.subjects)
        yield (
            digest, number, line.sells.value, line.description, line.quantity, line.unit_price, line.amount,
            of.currency, line.served_on, about,
        )  # fmt: skip


def _sources(digest: str, of: Draft) -> Iterator[tuple[Cell, ...]]:
    for number, line in enumerate(of.lines, 1):
        for one in line.sources:
            yield digest, number, one.connection, one.stream, one.ref, one.part


def _csv(names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(names)
    writer.writerows([_cell(one) for one in row] for row in rows)
    return buffer.getvalue().encode()


def _cell(value: Cell) -> str | int | None:
    match value:
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case str():
            return for_cell(value)
        case _:
            return value
