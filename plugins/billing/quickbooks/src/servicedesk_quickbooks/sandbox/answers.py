"""Answers and faults as the interface gives them."""

from typing import Any

import orjson

from servicedesk_core.sandboxing import Refusal, Response

JSON = "application/json"
TEXTS = {
    "610": "Object Not Found",
    "2010": "Request has invalid or unsupported property",
    "2020": "Required param missing, need to supply the required value for the API",
    "2050": "String length is either shorter or longer than supported by specification",
    "2500": "Invalid Reference Id",
    "3001": "ThrottleExceeded",
    "4000": "Error parsing query",
    "4001": "Invalid query",
    "5010": "Stale Object Error",
    "6000": "A business validation error has occurred while processing your request",
    "6070": "Amount is not equal to UnitPrice * Qty",
    "6140": "Duplicate Document Number Error",
    "6210": "Account Period Closed, Cannot Update Through Services API",
    "6240": "Duplicate Name Exists Error",
}
"""What the interface calls its errors, by code."""


def answer(value: Any, status: int = 200) -> Response:
    """Return an answer with a JSON body."""
    return Response(status, orjson.dumps(value), JSON)


def fault(code: str, detail: str, *, status: int = 400, kind: str = "ValidationFault", element: str = "") -> Refusal:
    """Return the refusal of a request.

    Args:
        code: The interface's code of the error.
        detail: What is wrong.
        status: HTTP status.
        kind: Sort of fault.
        element: The property that is wrong.
    """
    error = {"Message": TEXTS.get(code, "An application error has occurred"), "Detail": detail, "code": code}
    if element:
        error["element"] = element
    return Refusal(answer({"Fault": {"Error": [error], "type": kind}}, status))


def unauthorized(code: str, what: str, status: int = 401) -> Refusal:
    """Return the refusal of a token, whose words are written otherwise than those of other faults."""
    message = f"message={what}; errorCode=00{code}; statusCode={status}"
    said = {"message": message, "detail": "Token rejected", "code": code, "element": None}
    body = {"warnings": None, "intuitObject": None, "fault": {"error": [said], "type": "AUTHENTICATION"}}
    return Refusal(answer({**body, "queryResponse": None, "status": None}, status))
