"""One's own account: who one is, where one is signed in, another password, the colours."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.responses import RedirectResponse, Response

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.listening import ConsoleSection
from servicedesk_core.errors import SettingsError
from servicedesk_core.features import signins
from servicedesk_core.web.console.addresses import Addresses, address_of
from servicedesk_core.web.console.forms import fields_of
from servicedesk_core.web.console.frame import SCHEME, SCHEMES, Place, framed, page
from servicedesk_core.web.console.signing.coming import browser_of, ensure_same, kept
from servicedesk_core.web.console.values import Moment
from servicedesk_core.web.console.visiting import Handler, Visit
from servicedesk_core.wording import counted

ACCOUNT: Final = "/account"
_TEMPLATE: Final = "servicedesk_core.web.console.signing/account.html"
_DONE: Final = {
    "ended": "The sign-in was ended.",
    "ended-others": "All your other sign-ins were ended.",
    "changed": "The password was changed, and all your other sign-ins were ended.",
}
_COLOURS: Final = (("", "as the browser wants"), ("light", "light"), ("dark", "dark"))
_FOR_A_YEAR_S: Final = 365 * 86_400
# The first that fits: browsers name those that they want to be taken for, too.
_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
)
_LISTS: Final = {"people.list": "People", "people.review": "Who may do what", "signins.list": "Who is signed in"}


@dataclass(frozen=True, slots=True)
class Own:
    """A sign-in of whoever looks.

    Attributes:
        id: The desk's own number.
        agent: Which browser it is, as far as it says so.
        address: Where from.
        is_this: Whether it is the one that asks.
        begun: Since when.
        used: When it was used last.
        ends: When it ends at the latest.
    """

    id: int
    agent: str
    address: str
    is_this: bool
    begun: Moment
    used: Moment
    ends: Moment


@dataclass(frozen=True, slots=True)
class Account:
    """Pages of one's own account.

    Args:
        addresses: Where things are.
        settings: Where the console listens.
    """

    addresses: Addresses
    settings: ConsoleSection

    @property
    def routes(self) -> list[tuple[str, Handler, tuple[str, ...]]]:
        """What is where."""
        return [
            (ACCOUNT, self.show, ("GET",)),
            (f"{ACCOUNT}/end", self.end, ("POST",)),
            (f"{ACCOUNT}/end-others", self.end_others, ("POST",)),
            (f"{ACCOUNT}/password", self.change, ("POST",)),
            (f"{ACCOUNT}/scheme", self.choose, ("POST",)),
        ]

    async def show(self, visit: Visit) -> Response:
        """Show the account."""
        done = _DONE.get(visit.request.query_params.get("done", ""), "")
        return await self._page(visit, done=done)

    async def end(self, visit: Visit) -> Response:
        """End a sign-in."""
        number = dict(await fields_of(visit.request)).get("number", "")
        if not number.isascii() or not number.isdecimal():
            raise SettingsError("This names no sign-in.", hint="Open your account again.")
        await visit.desk.call(signins.SignIns.end, int(number))
        return _back("ended")

    async def end_others(self, visit: Visit) -> Response:
        """End all but the one that asks."""
        await signins.end_others(visit.desk, visit.signed_in)
        return _back("ended-others")

    async def change(self, visit: Visit) -> Response:
        """Change the password, and sign in anew."""
        fields = dict(await fields_of(visit.request))
        new, where = fields.get("password", ""), browser_of(visit.request, self.settings)
        try:
            ensure_same(new, fields.get("again", ""))
            entry = await signins.change_password(visit.desk, visit.person, fields.get("old", ""), new, where)
        except SettingsError as error:
            problem = " ".join(filter(None, (error.message, error.hint)))
            return await self._page(visit, problem=problem, status=_UNUSABLE)
        if entry.cookie is not None:
            return kept(entry.cookie, f"{ACCOUNT}?done=changed")
        if entry.wait_s:
            problem = f"Too many tries failed. Wait {counted(entry.wait_s, 'second')}, and try again."
            return await self._page(visit, problem=problem, status=HTTPStatus.TOO_MANY_REQUESTS)
        return await self._page(visit, problem="The password that you have is another one.", status=_UNUSABLE)

    async def choose(self, visit: Visit) -> Response:
        """Keep which colours somebody wants."""
        wanted, answer = dict(await fields_of(visit.request)).get("scheme", ""), RedirectResponse(ACCOUNT, 303)
        if wanted in SCHEMES:
            answer.set_cookie(SCHEME, wanted, max_age=_FOR_A_YEAR_S, path="/", httponly=True, samesite="lax")
        else:
            answer.delete_cookie(SCHEME, path="/", httponly=True, samesite="lax")
        return answer

    async def _page(
        self, visit: Visit, *, done: str = "", problem: str = "", status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        person = visit.desk.roster[visit.person]
        found = await visit.desk.call(signins.SignIns.list, person=visit.person)
        seen = self.addresses.offers
        places = [
            Place(title, address_of(seen[name]))
            for name, title in _LISTS.items()
            if name in seen and visit.desk.may(Capability.PEOPLE_READ)
        ]
        return page(
            framed(visit, self.addresses, "Your account"),
            _TEMPLATE,
            status=status,
            done=done,
            problem=problem,
            roles=[role.value for role in person.roles],
            companies=person.companies,
            queues=person.queues,
            technician=person.technician,
            sign_ins=[self._own(visit, one) for one in found.items],
            shortest=signins.SHORTEST,
            schemes=_COLOURS,
            places=places,
        )

    @staticmethod
    def _own(visit: Visit, one: signins.SignInRow) -> Own:
        begun, used, ends = (Moment.of(at, visit.at, visit.zone) for at in (one.begun_at, one.used_at, one.ends_at))
        return Own(one.id, called(one.agent), one.address, one.id == visit.signed_in.id, begun, used, ends)


def called(agent: str) -> str:
    """Return which browser something is that calls itself so, in words; all of it where that says nothing."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in agent), None)
    if browser is None:
        return agent
    return browser if system is None else f"{browser} on {system}"


_UNUSABLE: Final = HTTPStatus.UNPROCESSABLE_ENTITY


def _back(done: str) -> Response:
    return RedirectResponse(f"{ACCOUNT}?done={done}", 303)
