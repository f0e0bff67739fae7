"""The protocol: values without a word in JSON, answers, and errors, which are answers too."""

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import orjson

from servicedesk_core.sandboxing import Request, Response

_INSTANT: Final = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_SMALL: Final = 1400
HTML: Final = "text/html; charset=utf-8"


class ServerError(Exception):
    """An answer of the server's that is an error.

    Args:
        told: What stands under ``error``.
    """

    def __init__(self, *told: Any) -> None:
        super().__init__(*told)
        self.told = list(told)


def user_error(message: str, more: str = "") -> ServerError:
    """Return what the server says when it refuses something."""
    return ServerError("UserError", [message, more, None])


def encoded(value: Any) -> Any:
    """Return a value as it travels."""
    match value:
        case datetime():
            return {"__class__": "datetime"} | {name: getattr(value, name) for name in _INSTANT}
        case date():
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
    return value


def plain(value: Any) -> Any:
    """Return a value that can be compared: instants and days as texts, amounts as amounts."""
    match value:
        case {"__class__": "datetime"}:
            return datetime(**{name: int(value[name]) for name in _INSTANT}, tzinfo=UTC).isoformat(
                timespec="microseconds"
            )
        case {"__class__": "date"}:
            return f"{value['year']:04}-{value['month']:02}-{value['day']:02}"
        case {"__class__": "Decimal"}:
            return Decimal(value["decimal"])
    return value


def answer(request: Request, call: Any, told: dict[str, Any]) -> Response:
    """Return an answer; a long one is compressed where the client takes that."""
    body = orjson.dumps({"id": call.get("id"), **told})
    if len(body) <= _SMALL:
        return Response(200, body, "application/json")
    # It says so even to a client that does not understand it.
    fields = {"Content-Encoding": "gzip"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 1)
    return Response(200, body, "application/json", fields)


def page(status: int, title: str, text: str = "") -> Response:
    """Return what the web server says, not the application."""
    body = f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n<h1>{title}</h1>\n<p>{text}</p>\n"
    return Response(status, body.encode(), HTML)
