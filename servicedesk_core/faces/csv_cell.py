"""A value as a cell of CSV, safe to open in a spreadsheet: the same on the command line and in a browser."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from servicedesk_core.faces.document import json_line
from servicedesk_core.printing import for_cell


def csv_cell(value: Any) -> Any:  # noqa: PLR0911  # one line a type
    """Return a value as a cell; text that a spreadsheet would run as a formula gets an apostrophe before it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case None | int() | float():
            return value
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case date():
            return value.isoformat()
        case dict():
            return for_cell(json_line(value))
        case tuple() | list():
            return for_cell("; ".join(str(item) for item in value))
    return for_cell(str(value))
