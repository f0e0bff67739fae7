"""The values of a write: named and typed as the domain has them, and kept as JSON does."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import Entity, TimeEntry
from servicedesk_core.errors import WriteError

Fields = Mapping[str, Any]

LONGEST_ENTRY_S: Final = 24 * 3600
"""A time entry is the work of one day."""

LARGEST: Final = 2**63 - 1
"""What databases and JSON keep as a whole number."""


def known(values: Fields, entity: type[Entity], *, none_takes_out: bool = False) -> dict[str, Any]:
    """Return the values as JSON has them, typed as the record's fields are.

    Args:
        values: Field to value.
        entity: The kind of record.
        none_takes_out: Whether ``None`` is no value but says that the field is not told; else it must fit the field.

    Raises:
        WriteError: A field is none of the record's, or a value does not fit its field.
    """
    for field in values:
        if field not in entity.model_fields:
            near = did_you_mean(field, entity.model_fields)
            raise WriteError(f'There is no field "{field}".{near}', hint="Fields are named as in the domain model.")
    typed = {
        field: None if none_takes_out and value is None else _typed(entity, field, value)
        for field, value in values.items()
    }
    if entity is TimeEntry and (worked_s := typed.get("worked_s")) is not None:
        _ensure_workable(worked_s)
    return typed


def _ensure_workable(seconds: float) -> None:
    if not 1 <= seconds <= LONGEST_ENTRY_S:  # written so that "not a number" fails too
        raise WriteError(
            "A time entry holds more than nothing and at most 24 hours.", hint="Name the hours worked, such as 1.5."
        )


def _typed(entity: type[Entity], field: str, value: Any) -> Any:
    try:
        typed = _json(_type_of(entity, field).validate_python(value))
    except ValidationError as error:
        told = error.errors(include_input=False, include_url=False)[0]["msg"]
        raise WriteError(f"{field} cannot have this value: {told[:1].lower()}{told[1:]}.") from None
    except OverflowError:  # an instant at the end of the calendar, in a zone beyond it
        raise WriteError(f"{field} cannot have this value: no calendar reaches so far.") from None
    if isinstance(typed, int) and abs(typed) > LARGEST:
        raise WriteError(f"{field} cannot have this value: the number is too large.")
    return typed


@cache
def _type_of(entity: type[Entity], field: str) -> TypeAdapter[Any]:
    annotation: Any = entity.model_fields[field].annotation
    return TypeAdapter(annotation)


def _json(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date() | Decimal():
            return str(value)
        case Mapping():
            return {str(key): _json(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_json(inner) for inner in value]
        case _:
            return value
