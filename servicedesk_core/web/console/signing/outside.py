"""Pages for who is not signed in: signing in, and choosing a password by a link that works once."""

import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from servicedesk_core.config.listening import ConsoleSection
from servicedesk_core.errors import NotFoundLocallyError, ServiceDeskError, SettingsError
from servicedesk_core.features import signins
from servicedesk_core.features.people import accept, technicians
from servicedesk_core.web.console.forms import fields_of
from servicedesk_core.web.console.frame import outside, page
from servicedesk_core.web.console.signing.coming import START, browser_of, dropped, ensure_same, kept, local
from servicedesk_core.web.console.visiting import SIGN_IN, Entrance
from servicedesk_core.wording import counted

_log = logging.getLogger("servicedesk.console")

_HOME: Final = "servicedesk_core.web.console.signing"
_SIGN_IN: Final = f"{_HOME}/sign_in.html"
_CHOOSE: Final = f"{_HOME}/choose.html"
_PROBLEM: Final = "servicedesk_core.web.console.pages/problem.html"
_LONGEST: Final = 200
_MINUTE_S: Final = 60

Answers = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Outside:
    """Answers who is not signed in.

    Args:
        entrance: Says who is.
        settings: Where the console listens.
    """

    entrance: Entrance
    settings: ConsoleSection

    @property
    def routes(self) -> list[Route]:
        """What is where."""
        places: list[tuple[str, Answers, str]] = [
            (SIGN_IN, self.asked_in, "GET"),
            (SIGN_IN, self.sign_in, "POST"),
            ("/sign-out", self.sign_out, "POST"),
            ("/first/{token}", self.linked, "GET"),
            ("/first/{token}", self.chosen, "POST"),
            ("/invitations/{token}", self.linked, "GET"),
            ("/invitations/{token}", self.chosen, "POST"),
        ]
        return [Route(path, _safe(answers), methods=[method]) for path, answers, method in places]

    async def asked_in(self, request: Request) -> Response:
        """Show the form, unless somebody is signed in."""
        then = local(request.query_params.get("then", START))
        if await self.entrance.visit(request) is not None:
            return RedirectResponse(then, 303)
        return self._page(request, "Sign in", _SIGN_IN, then=then, name="", problem="")

    async def sign_in(self, request: Request) -> Response:
        """Sign somebody in, and lead them on to where they wanted."""
        fields = dict(await fields_of(request))
        name, then = fields.get("name", "")[:_LONGEST], local(fields.get("then", START))
        browser, desk = browser_of(request, self.settings), self.entrance.desk
        entry = await signins.sign_in(desk, name, fields.get("password", ""), browser)
        if entry.cookie is not None:
            await self._end(request)  # whoever was signed in here before is no more
            return kept(entry.cookie, then)
        problem, status, told = "The name or the password is wrong.", HTTPStatus.UNAUTHORIZED, {}
        if entry.wait_s:
            problem = f"Too many tries failed. Wait {_waits(entry.wait_s)}, and try again."
            status, told = HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(entry.wait_s)}
        shown = self._page(request, "Sign in", _SIGN_IN, status, then=then, name=name, problem=problem)
        shown.headers.update(told)
        return shown

    async def sign_out(self, request: Request) -> Response:
        """End the sign-in of who asks."""
        await self._end(request)
        return dropped(SIGN_IN)

    async def linked(self, request: Request) -> Response:
        """Show the form of a link, which uses nothing up: what looks at addresses in mails opens them, too."""
        found = await self._invited(request)
        if found is None:
            return self._gone(request)
        return await self._choose(request, found, technician=request.query_params.get("technician", ""))

    async def chosen(self, request: Request) -> Response:
        """Keep the password that somebody chose by a link, and sign them in."""
        found, fields = await self._invited(request), dict(await fields_of(request))
        if found is None:
            return self._gone(request)
        name, password = fields.get("name", "")[:_LONGEST], fields.get("password", "")
        technician = fields.get("technician", "")
        connection, is_one, ref = technician.partition(":")
        try:
            ensure_same(password, fields.get("again", ""))
            browser = browser_of(request, self.settings)
            cookie = await accept(
                self.entrance.desk,
                request.path_params["token"],
                password,
                browser,
                name=name,
                technician=(connection, ref) if is_one else None,
            )
        except NotFoundLocallyError:
            return self._gone(request)
        except SettingsError as error:
            problem = " ".join(filter(None, (error.message, error.hint)))
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return await self._choose(request, found, status, name=name, technician=technician, problem=problem)
        await self._end(request)
        return kept(cookie, START)

    async def _invited(self, request: Request) -> signins.Invited | None:
        token, at = request.path_params["token"], self.entrance.desk.clock.now()
        found = await self.entrance.desk.store.read(lambda tx: signins.invited(tx, token, at))
        is_first = request.url.path.startswith("/first/")
        return found if found is not None and (found.person is None) is is_first else None

    async def _end(self, request: Request) -> None:
        visit = await self.entrance.visit(request)
        if visit is not None:
            await signins.sign_out(visit.desk, visit.signed_in)

    async def _choose(
        self,
        request: Request,
        found: signins.Invited,
        status: HTTPStatus = HTTPStatus.OK,
        *,
        name: str = "",
        technician: str = "",
        problem: str = "",
    ) -> Response:
        known = {} if found.person is not None else await self.entrance.desk.store.read(technicians)
        values = {
            "person": found.person,
            "name": name,
            "problem": problem,
            "shortest": signins.SHORTEST,
            "technicians": [(":".join(who), called) for who, called in known.items()],
            "technician": technician,
        }
        title = "Become the first administrator" if found.person is None else "Choose a password"
        return self._page(request, title, _CHOOSE, status, **values)

    def _gone(self, request: Request) -> Response:
        message = "This link was used already, or has ended."
        hint = "Ask whoever administers the desk for another one."
        return self._page(request, "That did not work", _PROBLEM, HTTPStatus.GONE, message=message, hint=hint)

    def _page(
        self, request: Request, title: str, template: str, status: HTTPStatus = HTTPStatus.OK, **values: object
    ) -> Response:
        desk = self.entrance.desk
        return page(outside(request, desk, title, desk.clock.now()), template, status=status, **values)


def _safe(answers: Answers) -> Answers:
    """Return what answers, and tells who is not signed in no more than that something failed."""

    async def answered(request: Request) -> Response:
        try:
            return await answers(request)
        except SettingsError as error:  # what was sent is no form
            return PlainTextResponse(error.message, HTTPStatus.BAD_REQUEST)
        except ServiceDeskError as error:
            _log.error("nobody can sign in: %s", error)
        except Exception as error:  # noqa: BLE001  # what somebody typed is in its text, perhaps: nobody is to log it
            _log.error("nobody can sign in: this should not have happened (%s)", type(error).__name__)
        return PlainTextResponse("Nobody can sign in now. Try again in a minute.", HTTPStatus.SERVICE_UNAVAILABLE)

    return answered


def _waits(seconds: int) -> str:
    if seconds < _MINUTE_S:
        return counted(seconds, "second")
    return counted(math.ceil(seconds / _MINUTE_S), "minute")
