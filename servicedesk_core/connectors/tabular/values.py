"""Turns the text of columns into values of the domain, by the type of the field. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from functools import lru_cache
from types import UnionType
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from servicedesk_core.connectors.tabular import instants
from servicedesk_core.connectors.tabular.declaration import ColumnRule, FileMapping
from servicedesk_core.decoding import decode_json
from servicedesk_core.domain import Entity, MappingIssue, Words, plain_name
from servicedesk_core.domain.tickets import is_plausible

Cells = Mapping[str, str]
Read = Callable[[Cells, list[MappingIssue]], Any]
"""Takes a row and a list to add issues to; returns the field's value, or ``None`` when the row does not say."""

T = TypeVar("T")

_SHORT = 100
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_TRUE = frozenset({"1", "true", "yes", "y", "t"})
_FALSE = frozenset({"0", "false", "no", "n", "f"})

_BLANKS = " \u00a0\u2009\u202f'\u2019"
_GROUPS = {".": re.compile(f"[,{_BLANKS}]"), ",": re.compile(rf"[.{_BLANKS}]")}
_NUMBERS = {
    decimal: re.compile(
        rf"[-+]?(?:[1-9]\d{{0,2}}(?P<sign>{signs.pattern})\d{{3}}(?:(?P=sign)\d{{3}})*|\d+|(?=\{decimal}\d))"
        rf"(?:\{decimal}\d*)?(?:[eE][-+]?\d{{1,2}})?"
    )
    for decimal, signs in _GROUPS.items()
}
"""How numbers are written, by their decimal sign. A sign that groups stands before exactly three digits: where it does
not, the number was written with another decimal sign, and would be read a hundred times too large."""


class UnreadableValueError(ValueError):
    """A required cell cannot be understood; the message holds no text of the row."""


class Kind(StrEnum):
    """What sort of value a field holds."""

    TEXT = "text"
    NAME = "name"
    INSTANT = "instant"
    DATE = "date"
    INTEGER = "integer"
    SECONDS = "seconds"
    NUMBER = "number"
    AMOUNT = "amount"
    FLAG = "flag"
    WORD = "word"
    TEXTS = "texts"
    NAMES = "names"


NUMBERS = frozenset({Kind.INTEGER, Kind.SECONDS, Kind.NUMBER, Kind.AMOUNT})
"""Kinds of values that are read as numbers."""

_PLAIN = {
    str: Kind.TEXT,
    datetime: Kind.INSTANT,
    date: Kind.DATE,
    int: Kind.INTEGER,
    float: Kind.NUMBER,
    Decimal: Kind.AMOUNT,
    bool: Kind.FLAG,
}


_NAMES = frozenset({"external_id", "status", "priority_name", "vendor_word"})
"""What is compared with other records or with the mapping's own words, beside references."""


class FieldType(NamedTuple):
    """A field's kind, and the words that it allows."""

    kind: Kind
    words: type[StrEnum] | None = None


def field_type(entity: type[Entity], field: str) -> FieldType:
    """Say what a field of the domain holds.

    Raises:
        ValueError: Fields of this type cannot be read from a column.
    """
    leaf = _leaf(entity.model_fields[field])
    if isinstance(leaf, type) and issubclass(leaf, StrEnum):
        return FieldType(Kind.WORD, leaf)
    if get_origin(leaf) is tuple:
        return FieldType(Kind.NAMES if field.endswith("_refs") else Kind.TEXTS)
    if field in _NAMES or field.endswith("_ref"):
        return FieldType(Kind.NAME)
    kind = _PLAIN.get(leaf) or (Kind.INSTANT if "datetime" in str(leaf).lower() else None)
    if kind is None:
        msg = f"{entity.stream}.{field} cannot be read from a column"
        raise ValueError(msg)
    return FieldType(Kind.SECONDS if kind is Kind.INTEGER and field.endswith("_s") else kind)


def _leaf(info: FieldInfo | Any) -> Any:
    annotation = info.annotation if isinstance(info, FieldInfo) else info
    while True:
        origin = get_origin(annotation)
        if origin in {Union, UnionType}:
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        elif origin is not None and hasattr(annotation, "__metadata__"):
            annotation = get_args(annotation)[0]
        else:
            return annotation


def text_reader(rule: ColumnRule, mapping: FileMapping) -> Callable[[Cells], str | None]:
    """Make a function that returns a rule's text, or ``None`` when the row says nothing there."""
    if rule.constant is not None:
        constant = rule.constant
        return lambda _cells: constant
    missing = Words(dict.fromkeys((*(mapping.missing if rule.missing is None else rule.missing), *rule.none, "")))

    def plain(cell: str) -> str | None:
        text = cell.strip()
        return None if text in missing else _clean(text)

    said = remembering(plain)
    if rule.column is not None:
        column = rule.column
        return lambda cells: said(cells.get(column, ""))

    def many(cells: Cells) -> str | None:
        parts = [part for column in rule.columns if (part := said(cells.get(column, ""))) is not None]
        return rule.join.join(parts) if parts else None

    return many


def none_reader(rule: ColumnRule) -> Callable[[Cells], bool]:
    """Make a function that says whether a row says that there is none."""
    none = Words(dict.fromkeys(rule.none))
    return lambda cells: all(cells.get(column, "").strip() in none for column in rule.sources)


def name_reader(rule: ColumnRule, mapping: FileMapping) -> Callable[[Cells], str | None]:
    """Make a function that returns a rule's text as names are compared, or ``None``; see :func:`text_reader`."""
    text_of, plain = text_reader(rule, mapping), remembering(plain_name)

    def name(cells: Cells) -> str | None:
        text = text_of(cells)
        return None if text is None else plain(text)

    return name


def remembering(read: Callable[[str], T]) -> Callable[[str], T]:
    """Remember what was made of the latest short texts: most columns say the same few things over and over."""
    remembered = lru_cache(maxsize=1_024)(read)
    return lambda text: remembered(text) if len(text) < _SHORT else read(text)


def _clean(text: str) -> str:
    # No database keeps a null character in a text.
    return text.replace("\0", "") if "\0" in text else text


def value_reader(
    rule: ColumnRule, mapping: FileMapping, field: str, what: FieldType, *, words: Mapping[str, Enum] | None = None
) -> Read:
    """Make a function that reads one field from a row.

    Text that cannot be read as the field's type gives ``None`` and an issue that names the field.

    Args:
        rule: Where the value comes from.
        mapping: The file's defaults.
        field: Name of the field, for issues.
        what: The field's type.
        words: The operator's vocabulary for this field, asked when the rule has no translation.
    """
    text_of = text_reader(rule, mapping)
    convert = _converter(rule, mapping, what)
    values = Words(rule.values)
    known: dict[str, Any] = {}

    def read_word(cells: Cells, issues: list[MappingIssue]) -> Any:
        text = text_of(cells)
        if text is None:
            return None
        if text not in known:
            try:
                known[text] = _word(text, values, what, words)
            except ValueError:
                issues.append(
                    MappingIssue(
                        kind=f"unmapped_{field.removesuffix('_category')}", field=field, value=plain_name(text)
                    )
                )
                return None
        return known[text]

    def read(cells: Cells, issues: list[MappingIssue]) -> Any:
        text = text_of(cells)
        if text is None:
            return None
        try:
            value = convert(values.get(text, text) if values else text)
        except ValueError:
            issues.append(MappingIssue(kind="unreadable_value", field=field, value=", ".join(rule.sources)))
            return None
        if isinstance(value, datetime) and not is_plausible(value):
            issues.append(MappingIssue(kind="implausible_date", field=field, value=str(value.year)))
            return None
        return value

    return read_word if what.kind is Kind.WORD else read


def instant_reader(rule: ColumnRule, mapping: FileMapping, field: str) -> Callable[[Cells], datetime]:
    """Make a function that reads a time that every row must have; it raises :class:`UnreadableValueError`."""
    text_of = text_reader(rule, mapping)
    parse = instants.parser(rule.format, rule.timezone or mapping.timezone)
    where = ", ".join(rule.sources) or "constant"

    def read(cells: Cells) -> datetime:
        text = text_of(cells)
        if text is None:
            msg = f'{field} is missing (column "{where}" is empty)'
            raise UnreadableValueError(msg)
        try:
            found = parse(text)
        except ValueError:
            msg = f'{field} cannot be read (column "{where}" does not hold a time of the declared format)'
            raise UnreadableValueError(msg) from None
        if not is_plausible(found):
            msg = f'{field} is implausible (year {found.year} in column "{where}")'
            raise UnreadableValueError(msg)
        return found

    return read


def _word(text: str, values: Mapping[str, str], what: FieldType, vocabulary: Mapping[str, Enum] | None) -> Enum:
    if vocabulary and text in vocabulary:
        return vocabulary[text]
    assert what.words is not None  # noqa: S101  # a field of words has its words
    return what.words(values.get(text, plain_name(text)))


def _converter(rule: ColumnRule, mapping: FileMapping, what: FieldType) -> Callable[[str], Any]:
    decimal = rule.decimal or mapping.decimal
    factor = _SECONDS[rule.unit]
    converters: dict[Kind, Callable[[str], Any]] = {
        Kind.INSTANT: instants.parser(rule.format, rule.timezone or mapping.timezone),
        Kind.DATE: lambda text: instants.read_date(text, rule.format),
        Kind.AMOUNT: lambda text: read_number(text, decimal),
        Kind.NUMBER: lambda text: float(read_number(text, decimal)),
        Kind.INTEGER: lambda text: _whole(read_number(text, decimal)),
        Kind.SECONDS: lambda text: _not_negative(int((read_number(text, decimal) * factor).to_integral_value())),
        Kind.FLAG: _flag,
        Kind.TEXTS: lambda text: _items(text, rule.separator),
        Kind.NAME: plain_name,
        Kind.NAMES: lambda text: tuple(map(plain_name, _items(text, rule.separator))),
    }
    return converters.get(what.kind, str)


def is_number(text: str, decimal: str) -> bool:
    """Say whether a text is a number with the given decimal sign."""
    return _NUMBERS[decimal].fullmatch(text) is not None


def read_number(text: str, decimal: str) -> Decimal:
    """Read a number with the given decimal sign; the other sign, blanks and apostrophes group thousands by three.

    Raises:
        ValueError: It is not a number so written.
    """
    if not is_number(text, decimal):
        msg = "not a number"
        raise ValueError(msg)
    return Decimal(_GROUPS[decimal].sub("", text).replace(decimal, "."))


def _whole(number: Decimal) -> int:
    if number != number.to_integral_value():
        msg = "not a whole number"
        raise ValueError(msg)
    return int(number)


def _not_negative(number: int) -> int:
    if number < 0:
        msg = "negative"
        raise ValueError(msg)
    return number


def _flag(text: str) -> bool:
    low = text.lower()
    if low in _TRUE:
        return True
    if low in _FALSE:
        return False
    msg = "neither yes nor no"
    raise ValueError(msg)


def _items(text: str, separator: str) -> tuple[str, ...]:
    if text.startswith("["):
        return tuple(str(one) for one in decode_json(text))
    return tuple(one.strip() for one in text.split(separator) if one.strip())
