"""How a field of a domain class becomes a column: one table from annotation to storage.

A field is stated once, in its pydantic class. Everything here is derived from the annotation:

========================  =======================  ==============================================
annotation                column                   stored as
========================  =======================  ==============================================
``str``                   TEXT                     the text; NUL and lone surrogates as U+FFFD
``StrEnum``               TEXT                     the member's value
``bool``                  BOOLEAN                  0 / 1
``int``                   BIGINT                   the number; beyond 64 bits is refused
``float``                 DOUBLE                   the number; NaN as NULL
``datetime``              BIGINT                   microseconds since 1970-01-01 UTC
``date``                  TEXT                     ISO 8601
``Decimal``               BIGINT                   millionths
``tuple`` / ``dict``      TEXT                     JSON
========================  =======================  ==============================================
"""

import types
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, Union, get_args, get_origin

import orjson
from pydantic import AwareDatetime
from sqlalchemy import BigInteger, Boolean, Double, Text
from sqlalchemy.types import TypeEngine

from servicedesk_core.domain import Entity
from servicedesk_core.errors import MappingError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO_UNITS = 1_000_000
INT64 = 1 << 63

Convert = Callable[[Any], Any]


def to_us(instant: datetime) -> int:
    """Return an aware instant as whole microseconds since 1970-01-01 UTC, exactly."""
    since = instant - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_us(us: int) -> datetime:
    """Return the instant that :func:`to_us` stored, in UTC."""
    return EPOCH + timedelta(0, 0, us)  # by place: every instant that is read passes here


def optional_us(instant: datetime | None) -> int | None:
    """Return :func:`to_us`, or ``None`` for ``None``."""
    return None if instant is None else to_us(instant)


def optional_instant(us: int | None) -> datetime | None:
    """Return :func:`from_us`, or ``None`` for ``None``."""
    return None if us is None else from_us(us)


def to_json(value: Any) -> str:
    """Return compact JSON; decimals become text."""
    return orjson.dumps(value, default=str).decode()


def to_micro(value: Decimal) -> int:
    """Return an amount as whole millionths, exactly.

    Raises:
        MappingError: It has more than six decimals, or is beyond 64 bits.
    """
    units = value * MICRO_UNITS
    if units != int(units):
        msg = "an amount has more than six decimals"
        raise MappingError(msg)
    return _int(int(units))


def from_micro(units: int) -> Decimal:
    """Return the amount that :func:`to_micro` stored."""
    return Decimal(units) / MICRO_UNITS


def _int(value: int) -> int:
    if not -INT64 <= value < INT64:
        msg = "a whole number does not fit into 64 bits"
        raise MappingError(msg)
    return value


def _float(value: float) -> float | None:
    return value if value == value else None  # noqa: PLR0124  # NaN differs from itself


def _tuple_json(value: tuple[Any, ...]) -> str:
    return to_json(value) if value else "[]"


def _dict_json(value: dict[str, Any]) -> str:
    return to_json(value) if value else "{}"


def _from_tuple(text: str) -> tuple[Any, ...]:
    return tuple(orjson.loads(text))


@dataclass(frozen=True, slots=True)
class Field:
    """One column derived from one field.

    Attributes:
        name: Name of the field and of the column.
        column_type: Column type.
        nullable: Whether ``None`` may be stored.
        encode: Domain value to stored value, or ``None`` where they are the same; never called with ``None``.
        decode: Stored value to domain value, likewise.
        python: The Python type behind the annotation.
    """

    name: str
    column_type: TypeEngine[Any]
    nullable: bool
    encode: Convert | None
    decode: Convert | None
    python: Any


def _bare(annotation: Any) -> tuple[Any, bool]:
    """Strip ``Annotated`` and ``| None``; return the type and whether ``None`` is allowed."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [a for a in get_args(annotation) if a is not type(None)]
        if len(inner) != 1:
            msg = f"no column type for {annotation!r}"
            raise TypeError(msg)
        return _bare(inner[0])[0], True
    python = get_origin(annotation) or annotation
    return datetime if python is AwareDatetime else python, False


_value = attrgetter("_value_")  # the public property costs ten times as much on Python 3.11

_KINDS: dict[type, tuple[Callable[[], TypeEngine[Any]], Convert | None, Convert | None]] = {
    str: (Text, None, None),
    bool: (Boolean, int, bool),
    int: (BigInteger, _int, None),
    float: (Double, _float, float),
    datetime: (BigInteger, to_us, from_us),
    date: (Text, date.isoformat, date.fromisoformat),
    Decimal: (BigInteger, to_micro, from_micro),
    tuple: (Text, _tuple_json, _from_tuple),
    dict: (Text, _dict_json, orjson.loads),
}


def _field(name: str, annotation: Any) -> Field:
    python, nullable = _bare(annotation)
    if issubclass(python, StrEnum):
        return Field(name, Text(), nullable, _value, python, python)
    column, encode, decode = _KINDS[python]
    return Field(name, column(), nullable or python is float, encode, decode, python)


@cache
def fields_of(entity: type[Entity]) -> tuple[Field, ...]:
    """Return the columns of an entity's own fields, without ``external_id``, in the order of the class."""
    return tuple(_field(name, info.annotation) for name, info in entity.model_fields.items() if name != "external_id")
