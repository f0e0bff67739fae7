"""Xero's log-in: codes, access tokens, refresh tokens that are replaced each time, and connected organisations."""

import base64
import hashlib
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from servicedesk_core.sandboxing import ClientCredentials, Request, Response, Shelf, json_response
from servicedesk_xero.sandbox.options import SandboxOptions
from servicedesk_xero.sandbox.wire.answers import Row, unauthorized

LIFETIME_S: Final = 1800
GRACE: Final = timedelta(minutes=30)
"""For so long a refresh token that was used may be used again: the answer may have been lost."""
_UNUSED: Final = timedelta(days=60)
SCOPES: Final = {
    "Accounts": "accounting.settings", "Contacts": "accounting.contacts", "CreditNotes": "accounting.invoices",
    "Currencies": "accounting.settings", "Invoices": "accounting.invoices", "Items": "accounting.settings",
    "Organisation": "accounting.settings", "Payments": "accounting.payments", "TaxRates": "accounting.settings",
}  # fmt: skip
"""By part of the API, the granular scope that it takes; for reading alone the same with ``.read``."""
_BROAD: Final = frozenset({"accounting.invoices", "accounting.payments"})


class Identity:
    """Logs people and programs in.

    Args:
        shelf: Where tokens are kept.
        options: Which client is known.
        tenants: Ids of the organisations that a person may connect, with their names.
    """

    def __init__(self, shelf: Shelf, options: SandboxOptions, tenants: Sequence[tuple[str, str]]) -> None:
        self._shelf = shelf
        self._options = options
        self._tenants = tenants

    def authorize(self, request: Request) -> Response:
        """Allow an access in a person's place, and send the browser back with a code."""
        asked = dict(request.params)
        if asked.get("client_id") != self._options.client_id or asked.get("response_type") != "code":
            return json_response({"error": "unauthorized_client"}, 400)
        code = secrets.token_urlsafe(24)
        self._shelf.put("codes", code, {"scope": asked.get("scope", ""), "challenge": asked.get("code_challenge")})
        back = urlencode({"code": code, "scope": asked.get("scope", ""), "state": asked.get("state", "")})
        return Response(302, headers={"location": f"{asked.get('redirect_uri', '')}?{back}"})

    def token(self, request: Request, now: datetime) -> Response:
        """Answer the token endpoint."""
        form = request.form() or {}
        if not self._is_known(request, form):
            return json_response({"error": "invalid_client"}, 400)
        match form.get("grant_type"):
            case "client_credentials":
                return self._issue(form.get("scope", ""), now, custom=True)
            case "authorization_code":
                code = self._shelf.get("codes", form.get("code", ""))
                if not code or not _proves(code["challenge"], form.get("code_verifier")):
                    return json_response({"error": "invalid_grant"}, 400)
                self._shelf.put("codes", form["code"], None)
                return self._issue(code["scope"], now)
            case "refresh_token":
                return self._refresh(form.get("refresh_token", ""), now)
            case _:
                return json_response({"error": "unsupported_grant_type"}, 400)

    def revoke(self, request: Request) -> Response:
        """End a refresh token and what came of it."""
        form = request.form() or {}
        if not self._is_known(request, form):
            return json_response({"error": "invalid_client"}, 400)
        self.revoke_all()
        return Response(200)

    def revoke_all(self) -> int:
        """End every token, as when a person disconnects the app; return how many there were."""
        rows = [(kind, row) for kind in ("refresh", "access") for row in self._shelf.all(kind)]
        for kind, row in rows:
            self._shelf.put(kind, row["token"], {**row, "revoked": True})
        return len(rows)

    def expire_access(self) -> None:
        """Let every access token end now; refresh tokens stay good."""
        for row in self._shelf.all("access"):
            self._shelf.put("access", row["token"], {**row, "until": "2000-01-01T00:00:00+00:00"})

    def checked(self, request: Request, now: datetime) -> Row:
        """Return the token of a call.

        Raises:
            Refusal: There is none, or it is not good any more.
        """
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        row = self._shelf.get("access", text) if scheme.lower() == "bearer" else None
        if row is None or row["revoked"]:
            raise unauthorized("AuthenticationUnsuccessful")
        if datetime.fromisoformat(row["until"]) <= now:
            raise unauthorized("TokenExpired: token expired at " + str(row["until"]))
        return dict(row)

    def scoped(self, token: Row, part: str, method: str) -> None:
        """Refuse what a token was not given for.

        Raises:
            Refusal: Its scopes do not cover it.
        """
        wanted = SCOPES.get(part, "accounting.settings")
        good = {wanted} | ({"accounting.transactions"} if wanted in _BROAD else set())
        if method == "GET":
            good |= {f"{one}.read" for one in good}
        if not good & set(str(token["scope"]).split()):
            raise unauthorized("AuthorizationUnsuccessful")

    def connections(self, now: datetime) -> list[dict[str, Any]]:
        """Return the organisations that a token reaches."""
        at = now.replace(tzinfo=None).isoformat()
        return [
            {
                "id": str(uuid.uuid5(uuid.NAMESPACE_URL, tenant)),
                "authEventId": str(uuid.uuid5(uuid.NAMESPACE_OID, tenant)),
                "tenantId": tenant,
                "tenantType": "ORGANISATION",
                "tenantName": name,
                "createdDateUtc": at,
                "updatedDateUtc": at,
            }
            for tenant, name in self._tenants
            if self._shelf.get("disconnected", tenant) is None
        ]

    def disconnect(self, ref: str, now: datetime) -> Response:
        """Let go of one organisation."""
        for one in self.connections(now):
            if one["id"] == ref:
                self._shelf.put("disconnected", one["tenantId"], now)
                return Response(204)
        return Response(404)

    def _issue(self, scope: str, now: datetime, *, custom: bool = False) -> Response:
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        until = (now + timedelta(seconds=LIFETIME_S)).isoformat()
        row = {"token": access, "scope": scope, "until": until, "custom": custom, "revoked": False}
        self._shelf.put("access", access, row)
        told = {"access_token": access, "token_type": "Bearer", "expires_in": LIFETIME_S, "scope": scope}
        if not custom and "offline_access" in scope.split():
            kept = {"token": refresh, "scope": scope, "issued": now.isoformat(), "used": None, "revoked": False}
            self._shelf.put("refresh", refresh, kept)
            told["refresh_token"] = refresh
        return json_response(told)

    def _refresh(self, text: str, now: datetime) -> Response:
        row = self._shelf.get("refresh", text)
        if row is None or row["revoked"]:
            return json_response({"error": "invalid_grant"}, 400)
        used = None if row["used"] is None else datetime.fromisoformat(row["used"])
        stale = now - datetime.fromisoformat(row["issued"]) > _UNUSED if used is None else now - used > GRACE
        if stale:
            return json_response({"error": "invalid_grant"}, 400)
        if used is None:
            self._shelf.put("refresh", text, {**row, "used": now.isoformat()})
        return self._issue(row["scope"], now)

    def _is_known(self, request: Request, form: dict[str, str]) -> bool:
        right = (self._options.client_id, self._options.client_secret)
        in_form = (form.get("client_id"), form.get("client_secret")) == right
        return in_form or ClientCredentials(*right).knows(request)


def _proves(challenge: str | None, verifier: str | None) -> bool:
    if challenge is None:
        return True
    digest = hashlib.sha256((verifier or "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
