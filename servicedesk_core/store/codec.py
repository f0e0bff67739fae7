"""Domain records to rows and back, compiled once for each class."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from servicedesk_core.domain import DONE, Entity, Ticket
from servicedesk_core.domain.tickets import SLA_TIMES
from servicedesk_core.errors import MappingError
from servicedesk_core.store.fields import fields_of, to_json

HASH_BYTES = 16
REPLACEMENT = "\ufffd"

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NUL_IN_JSON = b"\\u0000"
_DONE = frozenset(category.value for category in DONE)


class Encoded(NamedTuple):
    """A record ready to be stored.

    Attributes:
        values: The entity's own columns, in the order of the class.
        row_hash: Hash of the domain content.
    """

    values: tuple[Any, ...]
    row_hash: bytes


class Codec:
    """Turns records of one class into rows and rows into records.

    Attributes:
        entity: The class.
        names: Columns of the entity's own fields, in order, without ``external_id``.
        category_at: Position of ``status_category``, for tickets.
        sla_at: Positions of the due times of the vendor's agreement, each with that of its fulfilment, for tickets.
    """

    def __init__(self, entity: type[Entity]) -> None:
        fields = fields_of(entity)
        self.entity = entity
        self.names = tuple(field.name for field in fields)
        is_ticket = entity.stream == Ticket.stream
        self.category_at = self.names.index("status_category") if is_ticket else None
        self.sla_at = [(self.names.index(due), self.names.index(met)) for due, met in SLA_TIMES] if is_ticket else []
        self._pick = itemgetter("external_id", *self.names)
        self._encoders = [(i, field.encode) for i, field in enumerate(fields, 1) if field.encode is not None]
        self._decoders = [(i, field.decode) for i, field in enumerate(fields) if field.decode is not None]

    def encode(self, record: Entity) -> Encoded:
        """Return the row of a record.

        PostgreSQL cannot hold NUL in a text, and UTF-8 no lone surrogates: both become U+FFFD.

        Raises:
            MappingError: A value does not fit into the store; only this record is concerned.
        """
        try:
            encoded = self._encode(self._pick(record.__dict__))
        except (TypeError, OverflowError):
            encoded = None
        if encoded is not None:
            return encoded
        if _UNSTORABLE.search(record.external_id):
            message = "A record's id holds a character that cannot be stored."
            raise MappingError(message, hint="Correct the record at its source.")
        try:
            return self._must_encode(_scrubbed(self._pick(record.__dict__)))
        except (TypeError, OverflowError, ValueError) as error:
            message = f"A value of a record of {self.entity.stream} cannot be stored ({type(error).__name__})."
            raise MappingError(message, hint="Correct the record at its source, or its mapping.") from error

    def _encode(self, picked: tuple[Any, ...]) -> Encoded | None:
        """Encode; ``None`` when a text holds NUL, or may seem to."""
        values = list(picked)
        for i, convert in self._encoders:
            value = values[i]
            if value is not None:
                values[i] = convert(value)
        content = orjson.dumps(values)
        if _NUL_IN_JSON in content:
            return None
        return Encoded(tuple(values[1:]), sha256(content).digest()[:HASH_BYTES])

    def _must_encode(self, picked: tuple[Any, ...]) -> Encoded:
        values = list(picked)
        for i, convert in self._encoders:
            if values[i] is not None:
                values[i] = convert(values[i])
        return Encoded(tuple(values[1:]), sha256(orjson.dumps(values)).digest()[:HASH_BYTES])

    def decode(self, external_id: str, values: Sequence[Any]) -> Entity:
        """Return the record that :meth:`encode` stored; nothing is validated again."""
        row = list(values)
        for i, convert in self._decoders:
            value = row[i]
            if value is not None:
                row[i] = convert(value)
        return self.entity.trusted({"external_id": external_id, **dict(zip(self.names, row, strict=True))})

    def hash_of(self, stored: Sequence[Any]) -> bytes | None:
        """Return the hash that :meth:`encode` gave what is stored now.

        A migration that adds a column to records stores their new hashes too: a look at the whole store compares them.

        Args:
            stored: ``external_id`` and the entity's own columns, as the database returns them.

        Returns:
            The hash; ``None`` when no record was ever stored so.
        """
        values = [int(value) if value is True or value is False else value for value in stored]
        try:
            return sha256(orjson.dumps(values)).digest()[:HASH_BYTES]
        except TypeError:  # bytes that are no text any more
            return None

    def derived(self, values: Sequence[Any]) -> tuple[int, int | None]:
        """Return the derived columns of a ticket, ``is_open`` and ``sla_due_at``.

        It is open unless its category is done. An open one is due by the vendor's agreement at the earliest of the due
        times that the vendor shows no fulfilment of.
        """
        if self.category_at is not None and values[self.category_at] in _DONE:
            return 0, None
        dues = [values[due] for due, met in self.sla_at if values[due] is not None and values[met] is None]
        return 1, min(dues, default=None)


@cache
def codec_of(entity: type[Entity]) -> Codec:
    """Return the codec of a class."""
    return Codec(entity)


def scrub(text: str) -> str:
    """Replace what a database cannot hold in a text by U+FFFD."""
    return text if _is_storable(text) else _UNSTORABLE.sub(REPLACEMENT, text)


def _is_storable(text: str) -> bool:
    """Return whether a database can hold a text: found in a small part of the time that the pattern takes."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def scrubbed(value: Any) -> Any:
    """Return plain data with every text in it as :func:`scrub` leaves it; itself where there is nothing to do."""
    try:
        if _NUL_IN_JSON not in orjson.dumps(value, default=str):
            return value
    except TypeError:  # a lone surrogate
        return _scrubbed(value)
    return _scrubbed(value)


def scrubbed_json(value: Any) -> str:
    """Return compact JSON without what a database cannot hold, nor take out of it again; decimals become text."""
    return to_json(_scrubbed(value))


def _scrubbed(value: Any) -> Any:
    if type(value) is str:
        return scrub(value)
    if isinstance(value, tuple | list):
        return tuple(_scrubbed(v) for v in value)
    if isinstance(value, Mapping):
        return {_scrubbed(k): _scrubbed(v) for k, v in value.items()}
    return value
