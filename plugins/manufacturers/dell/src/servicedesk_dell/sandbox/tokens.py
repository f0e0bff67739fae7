"""The token endpoint: a key for each interface, and tokens that are good for that one only."""

from datetime import datetime
from urllib.parse import parse_qsl

from servicedesk_core.sandboxing import ClientCredentials, Refusal, Request, Response, json_response
from servicedesk_dell.sandbox.options import SandboxOptions
from servicedesk_dell.sandbox.wire import fault


class Tokens:
    """Issues tokens and knows them again."""

    def __init__(self, options: SandboxOptions) -> None:
        lasts_s = options.token_lasts_s
        self._keys = {
            "warranty": ClientCredentials(options.warranty_client_id, options.warranty_client_secret, lasts_s),
            "dispatch": ClientCredentials(options.dispatch_client_id, options.dispatch_client_secret, lasts_s),
        }

    @property
    def count(self) -> int:
        """Tokens that were issued."""
        return sum(key.issued for key in self._keys.values())

    def issue(self, request: Request, now: datetime) -> Response:
        """Answer a request for a token."""
        pairs = parse_qsl(request.body.decode("latin-1"), keep_blank_values=True)
        form = dict(pairs)
        if len(form) != len(pairs) or form.get("grant_type") != "client_credentials":
            return _refused("invalid_request", "Missing or duplicate parameters", 400)
        key = next((key for key in self._keys.values() if key.accepts(request)), None)
        if key is None:
            return _refused("invalid_client", "The given client credentials were not valid", 401)
        return json_response(
            {"access_token": key.issue(now), "token_type": "Bearer", "expires_in": int(key.lifetime_s)}
        )

    def check(self, request: Request, api: str, now: datetime) -> None:
        """Let a call pass.

        Raises:
            Refusal: The token is missing, unknown, expired or of the other interface.
        """
        if not self._keys[api].is_good(request, now):
            raise Refusal(fault(401, "Invalid Authentication", request))

    def expire(self) -> None:
        """End every token at once."""
        for key in self._keys.values():
            key.expire_all()


def _refused(error: str, description: str, status: int) -> Response:
    return json_response({"error": error, "error_description": description}, status)
