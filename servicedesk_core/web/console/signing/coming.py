"""What a browser shows and keeps of a sign-in, and where it is led to then."""

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from servicedesk_core.addresses import plain_address
from servicedesk_core.config.listening import ConsoleSection
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.signins import Browser
from servicedesk_core.web.console.visiting import COOKIE

START: Final = "/"
_LOCAL: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""A path of ours: no host before it, nothing that browsers take for one or leave out."""

_LONGEST: Final = 4_000


def ensure_same(password: str, again: str) -> None:
    """Make sure that a password was written twice alike.

    Raises:
        SettingsError: It was not.
    """
    if password != again:
        raise SettingsError("The two passwords are not the same.", hint="Write them again.")


def local(wanted: str) -> str:
    """Return an address within the console that somebody is led to, or its start in place of any other."""
    return wanted if len(wanted) <= _LONGEST and _LOCAL.fullmatch(wanted) else START


def browser_of(request: Request, settings: ConsoleSection) -> Browser:
    """Return where somebody is; behind the proxy of the configuration, as that says."""
    peer = request.client.host if request.client is not None else ""
    told = ",".join(request.headers.getlist("x-forwarded-for")).rpartition(",")[2].strip()
    if settings.proxy is not None and told and plain_address(peer) == settings.proxy:
        peer = told  # the last one is what the proxy saw; those before it are what somebody sent
    return Browser(peer, request.headers.get("user-agent", ""))


def kept(cookie: str, then: str) -> Response:
    """Return the way on, with the cookie of a sign-in."""
    answer = RedirectResponse(local(then), 303)
    # Browsers keep one with this prefix from the whole host alone, and only over TLS, or from this machine.
    answer.set_cookie(COOKIE, cookie, path="/", secure=True, httponly=True, samesite="lax")
    return answer


def dropped(then: str) -> Response:
    """Return the way on, without a cookie."""
    answer = RedirectResponse(then, 303)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return answer
