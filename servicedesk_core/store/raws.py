"""The vendor's payload beside the mapped record: packed small and quickly.

Most of a JSON record is the names of its fields, and a page of records has one set of names. So a payload is stored as
its values, with the number of its *shape* (the names, in order), which stands once in ``raw_shapes``. That takes less
than half of the room of the JSON and a tenth of the time of deflating it. Only large payloads are deflated.

The first byte says how to read the rest: ``S`` shape number and values, ``J`` JSON, ``P`` JSON that only the standard
library reads (numbers beyond 64 bits, lone surrogates); the lower-case letter the same, deflated.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, bindparam, text

from servicedesk_core.errors import MappingError

HASH_BYTES = 16
DEFLATE_FROM = 4096
DEEPEST = 200
"""Levels of nesting that are kept: whatever looks through a payload later goes down as deep."""
SHAPES_AT_MOST = 512
"""Shapes a process will name; a source whose every record has other names is stored as plain JSON after that."""


class Packed(NamedTuple):
    """A payload ready to be compared and stored.

    Attributes:
        hash: 16 bytes over names and values; equal payloads have equal hashes, in every process.
        blob: What is stored.
        shape: Number and names, when the blob refers to a shape.
    """

    hash: bytes
    blob: bytes
    shape: tuple[int, str] | None


class _Shape(NamedTuple):
    mark: bytes
    stored: tuple[int, str]


_shapes: dict[tuple[str, ...], _Shape] = {}
"""The shapes that this process has named."""


def pack(raw: Mapping[str, Any]) -> Packed:
    """Pack a decoded payload.

    Raises:
        MappingError: It nests deeper than any record does.
    """
    names = tuple(raw)
    # One look: hashing sixty names costs as much as hashing the payload.
    named = _shapes.get(names)
    shape = named or _shape(names)
    try:
        values = orjson.dumps([*raw.values()])
    except TypeError:
        if _is_too_deep(raw):
            message = "The payload nests too deep to be stored."
            raise MappingError(message, hint="Correct the record at its source.") from None
        blob = json.dumps(raw, default=str).encode()
        return Packed(sha256(blob).digest()[:HASH_BYTES], _deflated(b"P", blob), None)
    blob = shape.mark + values
    digest = sha256(blob).digest()[:HASH_BYTES]
    if named is None:
        if len(_shapes) >= SHAPES_AT_MOST:
            return Packed(digest, _deflated(b"J", orjson.dumps(raw)), None)
        _shapes[names] = shape
    return Packed(digest, blob if len(values) < DEFLATE_FROM else _deflated(shape.mark, values), shape.stored)


def _is_too_deep(raw: Mapping[str, Any]) -> bool:
    level: list[Any] = [raw]
    for _ in range(DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, Mapping | list | tuple)
            for inner in (one.values() if isinstance(one, Mapping) else one)
        ]
    return bool(level)


def remember_shapes(tx: Connection, packed: Iterable[Packed]) -> None:
    """Store the shapes that blobs refer to, in the transaction of the blobs."""
    used = {p.shape for p in packed if p.shape is not None}
    if used:
        tx.execute(
            text("INSERT INTO raw_shapes (id, keys) VALUES (:id, :keys) ON CONFLICT (id) DO NOTHING"),
            [{"id": number, "keys": names} for number, names in sorted(used)],
        )


class Unpacker:
    """Reads payloads back; looks shapes up once."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx
        self._names: dict[int, list[str]] = {}

    def unpack(self, blob: bytes) -> dict[str, Any]:
        """Return the payload that :func:`pack` packed."""
        blob = bytes(blob)
        mark, body = blob[:1], blob[1:]
        if mark in {b"s", b"S"}:
            number = int.from_bytes(body[:8], "big", signed=True)
            values = orjson.loads(_inflated(mark, body[8:]))
            return dict(zip(self._names_of(number), values, strict=True))
        content = _inflated(mark, body)
        loads = json.loads if mark in (b"P", b"p") else orjson.loads
        return dict(loads(content))

    def _names_of(self, number: int) -> list[str]:
        if number not in self._names:
            query = text("SELECT keys FROM raw_shapes WHERE id = :id").bindparams(bindparam("id", number))
            self._names[number] = orjson.loads(self._tx.execute(query).scalar_one())
        return self._names[number]


@lru_cache(maxsize=SHAPES_AT_MOST)
def _shape(names: tuple[str, ...]) -> _Shape:
    try:
        text_of_names = orjson.dumps(names).decode()
    except TypeError:  # a lone surrogate in a name; such a payload is stored as plain JSON
        text_of_names = json.dumps(names)
    number = sha256(text_of_names.encode()).digest()[:8]
    return _Shape(b"S" + number, (int.from_bytes(number, "big", signed=True), text_of_names))


def _deflated(mark: bytes, body: bytes) -> bytes:
    if len(body) < DEFLATE_FROM:
        return mark + body
    return mark[:1].lower() + mark[1:] + zlib.compress(body, 1)


def _inflated(mark: bytes, body: bytes) -> bytes:
    return zlib.decompress(body) if mark.islower() else body
