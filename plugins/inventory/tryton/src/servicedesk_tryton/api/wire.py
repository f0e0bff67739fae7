"""Values as the protocol writes them: what JSON has no word for is an object that names its class."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from servicedesk_core.domain.parts import decimal_of

Row = Mapping[str, Any]


def money(value: object) -> Decimal | None:
    """Return an amount; it comes as a text in an object, so nothing is rounded on its way. ``None`` when it is none."""
    return number(value.get("decimal")) if isinstance(value, Mapping) and value.get("__class__") == "Decimal" else None


def number(value: object) -> Decimal | None:
    """Return a number, a double or a text, exactly as it was meant; ``None`` when it is none."""
    try:
        return decimal_of(value)
    except ValueError:
        return None


def text(value: object) -> str | None:
    """Return a text; the server writes "" or null where there is nothing."""
    return (value.strip() or None) if isinstance(value, str) else None


def key(value: object) -> int | None:
    """Return a record's id; ``None`` when it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag(value: object) -> bool | None:
    """Return a truth; on SQLite the server writes 0 and 1."""
    return bool(value) if isinstance(value, bool | int) else None


def part(row: Row, *path: str) -> Row:
    """Return a record within a record; the server ends the names of such fields with a point."""
    for name in path:
        found = row.get(f"{name}.")
        row = found if isinstance(found, Mapping) else {}
    return row


def parts(row: Row, *path: str) -> list[Row]:
    """Return the records of a list within a record, by rising id; the last name is that of the list."""
    found = part(row, *path[:-1]).get(f"{path[-1]}.")
    rows = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    return sorted(rows, key=lambda one: key(one.get("id")) or 0)


def instant(value: object) -> datetime | None:
    """Return an instant; it comes without a zone, and is UTC whatever the company's zone."""
    if not isinstance(value, Mapping) or value.get("__class__") != "datetime":
        return None
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    try:
        return datetime(**{name: int(value.get(name) or 0) for name in names}, tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def day(value: object) -> date | None:
    """Return a day; ``None`` when it is none."""
    if not isinstance(value, Mapping) or value.get("__class__") != "date":
        return None
    try:
        return date(*(int(value.get(name) or 0) for name in ("year", "month", "day")))
    except (TypeError, ValueError):
        return None


def wire_money(value: Decimal) -> dict[str, str]:
    """Return an amount as the protocol writes it."""
    return {"__class__": "Decimal", "decimal": f"{value:f}"}


def wire_day(value: date) -> dict[str, Any]:
    """Return a day as the protocol writes it."""
    return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}


def wire_instant(value: datetime) -> dict[str, Any]:
    """Return an instant as the protocol writes it."""
    plain = value.astimezone(UTC)
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime"} | {name: getattr(plain, name) for name in names}


def stamps(value: object) -> Iterator[datetime]:
    """Yield when a record, and each record within it, was made and last changed."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name in {"create_date", "write_date"}:
                if (found := instant(inner)) is not None:
                    yield found
            else:
                yield from stamps(inner)
    elif isinstance(value, list):
        for one in value:
            yield from stamps(one)


def newest(rows: Iterable[object]) -> datetime | None:
    """Return the newest stamp of records; ``None`` where none has one."""
    return max((stamp for row in rows for stamp in stamps(row)), default=None)


def since(instant_: datetime, *prefixes: str) -> list[Any]:
    """Return clauses for what was made or changed since an instant, inclusive; a new record has no last change.

    Args:
        instant_: The instant.
        prefixes: Paths to related records, each with a point at its end; ``""`` is the record itself.
    """
    when = wire_instant(instant_)
    return [[f"{prefix}{name}", ">=", when] for prefix in prefixes for name in ("create_date", "write_date")]
