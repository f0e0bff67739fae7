"""A result as JSON: the same document, byte for byte, on every face."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from servicedesk_core.printing import escaped


def document_of(name: str, version: int | None, data: object) -> dict[str, object]:
    """Return the document of a result.

    Args:
        name: Its name, words joined with dots: ``tickets.list``.
        version: Version of its shape.
        data: The result.
    """
    return {"schema": f"servicedesk.{name}/{version}", "data": data}


def json_bytes(document: object) -> bytes:
    """Return a JSON document for a file. A number beyond 64 bits is a text in it: readers of JSON would round it."""
    import orjson  # noqa: PLC0415

    return _json(document, orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).encode()


def json_line(value: object) -> str:
    """Return a value as JSON on one line."""
    return _json(value, 0)


def _json(value: object, options: int) -> str:
    import orjson  # noqa: PLC0415

    options |= orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
    try:
        written = orjson.dumps(value, default=_foreign, option=options)
    except orjson.JSONEncodeError:
        written = orjson.dumps(_within_64_bits(value), default=_foreign, option=options)
    return escaped(written.decode())


def _within_64_bits(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _within_64_bits(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: _within_64_bits(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_within_64_bits(one) for one in value]
    return str(value) if isinstance(value, int) and not -(2**63) <= value < 2**64 else value


def _foreign(value: Any) -> Any:
    """Return what orjson can write for what it does not know."""
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else str(value)
