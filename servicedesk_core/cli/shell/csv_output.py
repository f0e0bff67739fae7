"""Lists as CSV on standard output, safe to open in a spreadsheet."""

import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from servicedesk_core.faces.csv_cell import csv_cell
from servicedesk_core.printing import printable


def write_csv(shape: type, rows: Iterable[Any], *, without: Sequence[str] = ()) -> None:
    """Write dataclasses, one in a row, with the names of their fields above.

    Text that a spreadsheet would run as a formula gets an apostrophe before it, because anybody can write a ticket. A
    number is no text: -3 stays one that can be summed. A terminal is shown the text without what would steer it; a file
    or a pipe gets it as it is.

    Args:
        shape: The dataclass.
        rows: The rows.
        without: Fields to leave out, such as lists.
    """
    write_rows([field.name for field in fields(shape) if field.name not in without], rows)


def write_rows(names: Sequence[str], rows: Iterable[Any]) -> None:
    """Write some attributes of objects, as :func:`write_csv` does."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    is_seen = sys.stdout.isatty()
    for row in rows:
        cells = [csv_cell(getattr(row, name)) for name in names]
        writer.writerow([printable(cell) if is_seen and isinstance(cell, str) else cell for cell in cells])
