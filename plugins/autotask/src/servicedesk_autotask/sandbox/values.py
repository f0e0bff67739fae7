"""Wire values: numbers that arrive as strings, and dates."""

from datetime import UTC, datetime, timedelta
from typing import Any

from servicedesk_autotask.sandbox.entities import Field

# These keep the date as sent and lose the time, without any conversion between zones.
_DATE_ONLY = frozenset(
    {"dateWorked", "holidayDate", "installDate", "warrantyExpirationDate", "startDate", "endDate", "dueDate"}
)
_TRUTH = {"true": True, "false": False}
_SQL_TYPES = {"integer": "int", "long": "bigint", "decimal": "decimal", "datetime": "datetime", "boolean": "bit"}


def to_wire(field: Field, value: Any) -> Any:
    """Turn a value a client sent into the value the vendor keeps.

    Raises:
        ValueError: With the vendor's message when the value does not fit the field.
    """
    if value is None:
        return None
    try:
        if field.kind == "datetime" and field.name in _DATE_ONLY:
            return f"{parse_instant(str(value)[:10]).date().isoformat()}T00:00:00Z"
        if field.kind == "integer" and field.name.startswith("is") and isinstance(value, str):
            # Flags that are numbers on the wire take the words too.
            value = _TRUTH.get(value.lower(), value)
        return _convert(field.kind, value)
    except (ValueError, TypeError, OverflowError) as error:
        kind = _SQL_TYPES.get(field.kind, field.kind)
        raise ValueError(f"Conversion failed when converting varchar '{value}' to data type {kind}.") from error


def _convert(kind: str, value: Any) -> Any:  # noqa: PLR0911  one line per type of the vendor
    if kind in {"integer", "long"}:
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, float) and not value.is_integer():
            raise ValueError(value)
        return int(value)
    if kind == "decimal":
        return float(value)
    if kind == "boolean":
        return (
            value if isinstance(value, bool) else _TRUTH[str(value).lower()] if isinstance(value, str) else _bit(value)
        )
    if kind == "datetime":
        return format_instant(parse_instant(str(value)))
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else str(value)


def _bit(value: Any) -> bool:
    if value not in {0, 1}:
        raise ValueError(value)
    return bool(value)


def parse_instant(text: str) -> datetime:
    """Read a date as the vendor does: without a zone it is UTC."""
    if not text[:4].isdigit():
        raise ValueError(text)
    instant = datetime.fromisoformat(text.strip())
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def format_instant(instant: datetime) -> str:
    """Write an instant as `2026-11-21T10:00:00Z`, with milliseconds only when there are some."""
    stamp = instant.astimezone(UTC).replace(tzinfo=None)
    timespec = "milliseconds" if stamp.microsecond // 1000 else "seconds"
    return f"{stamp.isoformat(timespec=timespec)}Z"


def plus(stamp: str, **delta: float) -> str:
    """Move a wire date."""
    return format_instant(parse_instant(stamp) + timedelta(**delta))


def sortable(stamp: str | None) -> str | None:
    """The form of a wire date that sorts as text: without Z a whole second sorts before its fractions."""
    return stamp[:-1] if stamp else stamp
