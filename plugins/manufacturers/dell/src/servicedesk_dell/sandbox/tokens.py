"""The token endpoint, and who may pass with what."""

import base64
import secrets
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, unquote_plus

from servicedesk_dell.sandbox.http import Refusal, Request, Response, json_response
from servicedesk_dell.sandbox.options import SandboxOptions


class Tokens:
    """Issues tokens and knows them again; each is good for the interface of its key."""

    def __init__(self, options: SandboxOptions) -> None:
        self._options = options
        self._issued: dict[str, tuple[str, datetime]] = {}
        self.count = 0

    def issue(self, request: Request, now: datetime) -> Response:
        """Answer a request for a token."""
        pairs = parse_qsl(request.body.decode("latin-1"), keep_blank_values=True)
        form = dict(pairs)
        if len(form) != len(pairs) or form.get("grant_type") != "client_credentials":
            return _refused("invalid_request", "Missing or duplicate parameters", 400)
        client, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
        options = self._options
        known = {
            (options.warranty_client_id, options.warranty_client_secret): "warranty",
            (options.dispatch_client_id, options.dispatch_client_secret): "dispatch",
        }
        api = known.get((client, secret))
        if api is None:
            return _refused("invalid_client", "The given client credentials were not valid", 401)
        token = secrets.token_hex(16)
        self._issued[token] = (api, now + timedelta(seconds=options.token_lasts_s))
        self.count += 1
        return json_response({"access_token": token, "token_type": "Bearer", "expires_in": options.token_lasts_s})

    def check(self, request: Request, api: str, now: datetime) -> None:
        """Let a call pass.

        Raises:
            Refusal: The token is missing, unknown, expired or of the other interface.
        """
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        issued = self._issued.get(token)
        if issued is None or issued[0] != api or issued[1] <= now:
            raise Refusal(invalid(request))

    def expire(self) -> None:
        """End every token at once."""
        self._issued.clear()


def invalid(request: Request) -> Response:
    """The gateway's answer to a bad token."""
    fault = {"faultcode": "401", "faultstring": "Invalid Authentication", "faultactor": request.url}
    return json_response({"Fault": fault}, 401)


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(client), unquote_plus(secret)


def _refused(error: str, description: str, status: int) -> Response:
    return json_response({"error": error, "error_description": description}, status)
