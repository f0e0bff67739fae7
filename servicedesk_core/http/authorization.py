"""Access that a person allows in a browser: authorization code grant (RFC 6749, 4.1) with PKCE (RFC 7636)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Unpack
from urllib.parse import parse_qsl, urlencode, urlsplit

from servicedesk_core.errors import AuthenticationError
from servicedesk_core.http.auth import AuthSession
from servicedesk_core.http.oauth2 import OAuth2, OAuth2Options
from servicedesk_core.ports import Token
from servicedesk_core.redaction import Secret


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What a person is asked, and what proves that an answer belongs to it.

    Attributes:
        url: Address that the person opens in a browser.
        redirect_uri: Where the vendor sends the browser with its answer.
        state: Comes back with the answer.
        verifier: Proves to the token endpoint that whoever asks for the token is who asked the person.
    """

    url: str
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


class OAuth2Code(OAuth2):
    """A token that a person has allowed once, refreshed from then on.

    A vendor may give a new refresh token with each refresh and make the one before worthless: the new one is stored
    before it is used, one process of the desk at a time, and an answer that is lost leaves the old one in its place.

    Args:
        authorize_url: The page on which the person allows the access.
        token_url: Where tokens come from; https, or http on loopback.
        client_id: Client id.
        client_secret: Client secret; ``None`` for a public client.
        redirect_uri: As registered at the vendor: on loopback, to be caught by ``connections authorize``, or any
            address, which the person then copies from the browser.
        ask: Further parameters of the page, for example ``prompt``.
        options: As for :class:`OAuth2`; ``scope`` is asked of the person.
    """

    def __init__(
        self,
        authorize_url: str,
        token_url: str,
        client_id: str,
        client_secret: Secret | str | None,
        *,
        redirect_uri: str,
        ask: Mapping[str, str] | None = None,
        **options: Unpack[OAuth2Options],
    ) -> None:
        super().__init__(token_url, client_id, client_secret, **options)
        self._authorize_url = authorize_url
        self._redirect_uri = redirect_uri
        self._ask = dict(ask or {})

    def request(self) -> AuthorizationRequest:
        """Return a new question to a person."""
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        digest = hashlib.sha256(verifier.encode()).digest()
        fields = self._scoped(
            {
                "response_type": "code",
                "client_id": self._client_id,
                "redirect_uri": self._redirect_uri,
                "state": state,
                "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
                "code_challenge_method": "S256",
                **self._ask,
            }
        )
        joint = "&" if "?" in self._authorize_url else "?"
        return AuthorizationRequest(
            f"{self._authorize_url}{joint}{urlencode(fields)}", self._redirect_uri, state, verifier
        )

    async def accept(self, session: AuthSession, request: AuthorizationRequest, answer: str) -> dict[str, str]:
        """Exchange the answer for a token, and keep that.

        Args:
            session: What may be used of a client.
            request: What was asked.
            answer: The address to which the vendor has sent the browser.

        Returns:
            What the vendor said besides, for example which company was chosen.

        Raises:
            AuthenticationError: The person or the vendor refused, or this answers something else.
            ConnectorError: No usable answer of the token endpoint.
        """
        said = dict(parse_qsl(urlsplit(answer.strip()).query, keep_blank_values=True))
        if not hmac.compare_digest(said.pop("state", "").encode(), request.state.encode()):
            message = "This is not the answer to what was asked last; nothing was changed."
            raise AuthenticationError(message, hint="Give the whole address of the page that the browser ended on.")
        if "error" in said or not said.get("code"):
            message = f"The access was not allowed ({said.get('error', 'no code')})."
            raise AuthenticationError(message, hint=_again(session))
        session.redactor.register(said["code"])
        form = {
            "grant_type": "authorization_code",
            "code": said.pop("code"),
            "redirect_uri": request.redirect_uri,
            "code_verifier": request.verifier,
        }
        async with self.tokens.renewing():
            token = await self.granted(session, form, refused="the answer", hint=_again(session))
            await self.keep(session, token)
        return said

    async def obtain(self, session: AuthSession, known: Token | None) -> Token:
        """Refresh the token."""
        if known is None or not known.refresh:
            message = "Nobody has allowed this access yet."
            raise AuthenticationError(message, hint=_again(session), connection=session.connection)
        return await self.refreshed(session, known, hint=_again(session))


def _again(session: AuthSession) -> str:
    return f"Allow the access: servicedesk connections authorize {session.connection}"
