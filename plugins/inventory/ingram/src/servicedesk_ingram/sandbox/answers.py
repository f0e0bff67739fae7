"""Answers that several parts of the interface give alike."""

from typing import Any

from servicedesk_core.sandboxing import Response, json_response


def invalid(*fields: tuple[str, str], value: str = "") -> Response:
    """Return the refusal of a request.

    Args:
        fields: Name of each wrong field, and what is wrong with it.
        value: What was sent, which the vendor repeats.
    """
    named = [{"field": name, "message": message, "value": value} for name, message in fields]
    return failed(400, "/errors/validation-failed", "Validation failed", fields=named)


def failed(status: int, kind: str, message: str, **more: Any) -> Response:
    """Return an error as the newer parts of the interface write it."""
    return json_response({"errors": [{"id": "C123-1", "type": kind, "message": message, **more}]}, status)
