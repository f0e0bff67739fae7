"""Access: the page on which a person allows it, tokens, and the refresh token that changes from time to time."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson

from servicedesk_core.sandboxing import Refusal, Request, Response, Shelf
from servicedesk_quickbooks.sandbox.answers import answer, unauthorized
from servicedesk_quickbooks.sandbox.options import SandboxOptions

LIFETIME_S = 3600
REFRESH_LIFETIME_S = 8_726_400
PATHS = {
    "authorization_endpoint": "/connect/oauth2",
    "token_endpoint": "/oauth2/v1/tokens/bearer",
    "revocation_endpoint": "/v2/oauth2/tokens/revoke",
    "userinfo_endpoint": "/v1/openid_connect/userinfo",
    "jwks_uri": "/op/v1/jwks",
}
"""Where everything of a log-in is, by the names of the discovery document."""


class LogIn:
    """Hands out tokens, and knows which are still good.

    Args:
        shelf: Keeps them.
        now: Returns the present.
        options: Credentials and habits.

    Attributes:
        refreshes: How many refreshes were answered.
    """

    def __init__(self, shelf: Shelf, now: Callable[[], datetime], options: SandboxOptions) -> None:
        self._shelf = shelf
        self._now = now
        self._options = options
        self._codes: dict[str, str] = {}
        self.refreshes = 0

    def answer(self, request: Request) -> Response | None:
        """Answer a call of the log-in; ``None`` when it is none."""
        if request.segments[:1] == (".well-known",):
            urls = {name: f"{request.origin}{path}" for name, path in PATHS.items()}
            return answer({"issuer": f"{request.origin}/op/v1", **urls})
        if request.path == PATHS["authorization_endpoint"]:
            return self._allow(request)
        if request.path == PATHS["token_endpoint"]:
            return self._token(request)
        return self._revoke(request) if request.path == PATHS["revocation_endpoint"] else None

    def grant(self) -> dict[str, Any]:
        """Return tokens as the interface gives them to who was just allowed in."""
        return self._issued(self._new_refresh())

    def check(self, request: Request) -> None:
        """Let in who has a good token.

        Raises:
            Refusal: It is missing, has ended, or was revoked.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        kept = self._shelf.get("access", token) if scheme == "Bearer" and token else None
        if kept is None or datetime.fromisoformat(kept["until"]) <= self._now() or self._ended(kept["grant"]):
            raise unauthorized("3200", "AuthenticationFailed")

    def end_access(self) -> None:
        """Let all access tokens end now; refresh tokens stay."""
        for one in self._shelf.all("access"):
            self._shelf.put("access", one["token"], {**one, "until": self._now().isoformat()})

    def rotate(self) -> None:
        """Let every refresh token be replaced at its next use."""
        for one in self._shelf.all("refresh"):
            self._shelf.put("refresh", one["token"], {**one, "since": (self._now() - timedelta(days=2)).isoformat()})

    def _allow(self, request: Request) -> Response:
        back = request.param("redirect_uri") or ""
        right = request.param("client_id") == self._options.client_id and request.param("response_type") == "code"
        if not right or not back or "com.intuit.quickbooks.accounting" not in (request.param("scope") or ""):
            return Response(400, b"<h1>Sorry, this app is not known.</h1>", "text/html; charset=utf-8")
        code = f"AB{secrets.token_hex(12)}"
        self._codes[code] = back
        said = {"code": code, "state": request.param("state") or "", "realmId": self._options.realm_id}
        return Response(302, headers={"Location": f"{back}{'&' if '?' in back else '?'}{urlencode(said)}"})

    def _token(self, request: Request) -> Response:
        self._check_client(request)
        form = request.form() or {}
        if form.get("grant_type") == "authorization_code":
            if self._codes.pop(form.get("code", ""), None) != form.get("redirect_uri"):
                return answer({"error": "invalid_grant"}, 400)
            return answer(self.grant())
        if form.get("grant_type") == "refresh_token":
            kept = self._shelf.get("refresh", form.get("refresh_token", ""))
            if kept is None or kept["worthless"] or self._ended(kept["grant"]):
                return answer(
                    {"error": "invalid_grant", "error_description": "Incorrect or invalid refresh token"}, 400
                )
            self.refreshes += 1
            age = self._now() - datetime.fromisoformat(kept["since"])
            if age < timedelta(hours=self._options.rotates_after_h):
                return answer(self._issued(kept))
            self._shelf.put("refresh", kept["token"], {**kept, "worthless": True})
            return answer(self._issued(self._new_refresh(kept["grant"])))
        return answer({"error": "unsupported_grant_type"}, 400)

    def _revoke(self, request: Request) -> Response:
        self._check_client(request)
        form = request.form()
        told = form if form is not None else orjson.loads(request.body or b"{}")
        token = str(told.get("token", ""))
        kept = self._shelf.get("refresh", token) or self._shelf.get("access", token)
        if kept is None:
            return answer({"error": "invalid_request"}, 400)
        self._shelf.put("revoked", kept["grant"], {"grant": kept["grant"]})
        return Response(200)

    def _check_client(self, request: Request) -> None:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(value, validate=True) if scheme.lower() == "basic" else b""
        except binascii.Error:
            given = b""
        if not hmac.compare_digest(given, f"{self._options.client_id}:{self._options.client_secret}".encode()):
            raise Refusal(answer({"error": "invalid_client"}, 401))

    def _new_refresh(self, grant: str | None = None) -> dict[str, Any]:
        token = f"RT1-{secrets.token_hex(16)}"
        kept = {"token": token, "grant": grant or secrets.token_hex(8), "since": self._now().isoformat()}
        self._shelf.put("refresh", token, {**kept, "worthless": False})
        return kept

    def _issued(self, refresh: dict[str, Any]) -> dict[str, Any]:
        token = f"eyJ{secrets.token_hex(24)}"
        until = (self._now() + timedelta(seconds=LIFETIME_S)).isoformat()
        self._shelf.put("access", token, {"token": token, "grant": refresh["grant"], "until": until})
        return {
            "token_type": "bearer",
            "access_token": token,
            "expires_in": LIFETIME_S,
            "refresh_token": refresh["token"],
            "x_refresh_token_expires_in": REFRESH_LIFETIME_S,
        }

    def _ended(self, grant: str) -> bool:
        return self._shelf.get("revoked", grant) is not None
