"""Types of the columns of the desk's own tables: what is stored in another form is converted on its way in and out.

They are stored as the fields of records are; see :mod:`servicedesk_core.store.fields`. ``NULL`` is ``None``.
"""

import json
import zlib
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel
from sqlalchemy import BigInteger, ColumnElement, Dialect, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

from servicedesk_core.store.codec import scrub, scrubbed_json
from servicedesk_core.store.fields import Convert, from_micro, from_us, to_micro, to_us

T = TypeVar("T")


class _Converted(TypeDecorator[T]):
    """What all types share: how a value is written and read. What is compared with it is converted too."""

    encode: Convert
    decode: Convert | None = None

    def bind_processor(self, dialect: Dialect) -> Callable[[T | None], Any]:  # noqa: ARG002
        encode = self.encode
        return lambda value: None if value is None else encode(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], T | None] | None:  # noqa: ARG002
        decode = self.decode
        return None if decode is None else lambda value: None if value is None else decode(value)


def is_text(column: ColumnElement[Any]) -> bool:
    """Return whether a column is stored as text, whatever it is read as."""
    kind = column.type
    return isinstance(kind.impl_instance if isinstance(kind, TypeDecorator) else kind, Text)


class Instant(_Converted[datetime]):
    """An instant: an aware ``datetime``, stored as whole microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True
    encode = staticmethod(to_us)
    decode = staticmethod(from_us)


class Day(_Converted[date]):
    """A day: stored as ISO text."""

    impl = Text
    cache_ok = True
    encode = staticmethod(date.isoformat)
    decode = staticmethod(date.fromisoformat)


class Amount(_Converted[Decimal]):
    """A ``Decimal`` of money or a quantity: stored as whole millionths, exactly."""

    impl = BigInteger
    cache_ok = True
    encode = staticmethod(to_micro)
    decode = staticmethod(from_micro)


class Scrubbed(_Converted[str]):
    """A text that somebody else wrote; what no database can hold becomes U+FFFD."""

    impl = Text
    cache_ok = True
    encode = staticmethod(scrub)


class Enum(_Converted[StrEnum]):
    """A word of a closed list: a member of a ``StrEnum``, stored as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words
        self.encode = lambda word: words(word).value
        self.decode = words


class Stated(_Converted[BaseModel]):
    """A pydantic model as its JSON, without what a database cannot hold.

    Args:
        model: Its class.
    """

    impl = Text
    cache_ok = True

    def __init__(self, model: type[BaseModel]) -> None:
        super().__init__()
        self.model = model
        self.encode = lambda value: scrub(value.model_dump_json())
        self.decode = model.model_validate_json


class Json(_Converted[Any]):
    """Plain data as JSON, without what a database cannot hold.

    Args:
        then: Makes of what is read what is wanted, such as ``tuple`` of a list.
    """

    impl = Text
    cache_ok = True
    encode = staticmethod(scrubbed_json)

    def __init__(self, then: Callable[[Any], Any] | None = None) -> None:
        super().__init__()
        self.then = then
        self.decode = orjson.loads if then is None else lambda text: then(orjson.loads(text))


def _pack(value: Any) -> bytes:
    try:
        content = orjson.dumps(value, default=str)
    except TypeError:  # a number beyond 64 bits, a lone surrogate
        content = json.dumps(value, default=str).encode()
    return zlib.compress(content, 1)


def _unpack(blob: bytes) -> Any:
    return json.loads(zlib.decompress(blob))


class Packed(_Converted[Any]):
    """A vendor's payload, whatever is in it, as compressed JSON."""

    impl = LargeBinary
    cache_ok = True
    encode = staticmethod(_pack)
    decode = staticmethod(_unpack)
