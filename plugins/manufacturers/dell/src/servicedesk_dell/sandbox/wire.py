"""How the gateway itself speaks."""

from servicedesk_core.sandboxing import Request, Response, json_response

XML = "text/xml; charset=utf-8"


def action_of(request: Request) -> str:
    """The operation that SOAPAction names; empty when it names none."""
    return request.headers.get("soapaction", "").strip('"').rpartition("/")[2]


def fault(status: int, text: str, request: Request) -> Response:
    """An error in the gateway's JSON."""
    actor = f"http://{request.headers.get('host', '127.0.0.1')}{request.path}"
    return json_response({"Fault": {"faultcode": str(status), "faultstring": text, "faultactor": actor}}, status)
