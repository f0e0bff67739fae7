"""Refusals as Django REST gives them."""

from typing import Any

import orjson

from servicedesk_core.sandboxing import Refusal, Response

JSON = "application/json"
"""Without a charset: that is how the server writes it, and its own client compares the whole text."""


def answer(value: Any, status: int = 200) -> Response:
    """Return an answer with a JSON body."""
    return Response(status, orjson.dumps(value), JSON)


def refuse(body: Any, status: int = 400) -> Refusal:
    """Return the refusal with this body."""
    return Refusal(answer(body, status))


def invalid(**fields: str) -> Refusal:
    """Return the refusal of values, by field; the name ``whole`` stands for all of them together."""
    return refuse({"non_field_errors" if name == "whole" else name: [text] for name, text in fields.items()})


def not_found(model: str = "record") -> Refusal:
    """Return the refusal of an id that does not exist."""
    return refuse({"detail": f"No {model} matches the given query."}, 404)
