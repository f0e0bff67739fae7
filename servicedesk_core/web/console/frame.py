"""What stands around every page: where one is, who one is, and where one can go."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces.html import render
from servicedesk_core.web.console.addresses import Addresses, Linked, address_of
from servicedesk_core.web.console.assets import asset
from servicedesk_core.web.console.values import Moment
from servicedesk_core.web.console.visiting import OpenDesk, Visit
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from servicedesk_core.features.desks import DataState

_PAGES: Final = {
    "desks.service": ("Service", "s"),
    "desks.sla": ("SLA", "l"),
    "desks.tickets": ("Tickets", "t"),
    "schedule.show": ("Schedule", "c"),
    "desks.escalation": ("Escalation", "e"),
    "desks.warranty": ("Warranty", "w"),
    "desks.parts": ("Parts", "p"),
    "desks.billing": ("Billing", "b"),
    "desks.reports": ("Reports", "r"),
}
"""The pages in their order, each with the key that leads to it."""

TITLES: Final = {name: title for name, (title, _) in _PAGES.items()}
"""What the pages are called."""

APPROVALS: Final = "/approvals"
"""Where what waits for somebody is decided."""

EVERYTHING: Final = "/everything"
"""Where all that somebody may open or begin stands together."""

SCHEME: Final = "scheme"
KEYS: Final = "keys"
SCHEMES: Final = frozenset({"light", "dark"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where one can go.

    Attributes:
        title: What it is called.
        href: Where it is.
        key: The key that leads there, after ``g``.
        is_here: Whether it is this page, or this one is within it.
    """

    title: str
    href: str
    key: str = ""
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """Something that everybody was rung for, and nobody has taken on.

    Attributes:
        number: Number of the page.
        subject: What it is about; empty = whoever looks is not told.
        since: Since when it rings.
    """

    number: int
    subject: str
    since: Moment

    @property
    def hint(self) -> str:
        """How it is taken on."""
        return f"`servicedesk paging acknowledge {self.number}`"


def calls(data: "DataState | None", at: datetime, zone: ZoneInfo, *, tells: bool = True) -> tuple[Call, ...]:
    """Return what nobody has taken on.

    Args:
        data: What the figures rest on; ``None`` = whoever looks may not know.
        at: When the page is made.
        zone: Where instants are shown.
        tells: Whether it is told what each is about.
    """
    found = () if data is None else data.unanswered
    return tuple(Call(one.number, one.subject if tells else "", Moment.of(one.opened_at, at, zone)) for one in found)


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page.

    Attributes:
        title: What the page is called.
        desk: What the desk is called.
        timezone: Where instants are shown.
        person: Who is signed in; empty = nobody.
        places: Where they can go.
        scheme: The colours that they chose; empty = those of their browser.
        has_keys: Whether single keys do something.
        now: When the page was made.
        address: What the page is reached by; empty = nobody is told.
        is_sandbox: Whether a vendor that is connected is one to try things on.
        trust: What the figures rest on, each a part of a sentence with the instant that it ends with.
        is_stale: Whether the data are too old for a verdict.
        calls: What rings, and nobody has taken on.
        linked: Makes links of what a hint says to type into a shell, where whoever looks may open them.
    """

    title: str
    desk: str
    timezone: str
    person: str
    places: tuple[Place, ...]
    scheme: str
    has_keys: bool
    now: Moment
    address: str
    is_sandbox: bool = False
    trust: tuple[tuple[str, Moment | None], ...] = ()
    is_stale: bool = False
    calls: tuple[Call, ...] = ()
    linked: Callable[[str], Linked] = lambda text: ((text, None),)


def places(addresses: Addresses, visit: Visit) -> tuple[Place, ...]:
    """Return the pages that somebody may see."""
    here = visit.request.url.path
    found = []
    for name, (title, key) in _PAGES.items():
        page = addresses.offers.get(name)
        if page is not None and visit.may(page):
            found.append(Place(title, where := address_of(page), key, where == here))
    if visit.desk.may(Capability.WRITES_READ):
        waiting = f" {visit.data.undecided}" if visit.data is not None and visit.data.undecided else ""
        found.append(Place(f"Approvals{waiting}", APPROVALS, "a", here.startswith(APPROVALS)))
    found.append(Place("Everything", EVERYTHING, is_here=here == EVERYTHING))
    return tuple(found)


def framed(visit: Visit, addresses: Addresses, title: str) -> Frame:
    """Return what stands around a page of somebody who is signed in."""
    url = visit.request.url
    around = outside(visit.request, visit.desk, title, visit.at)
    address = url.path + (f"?{url.query}" if url.query else "")
    return replace(
        around,
        person=visit.person,
        places=places(addresses, visit),
        address=address,
        trust=tuple(_trust(visit)),
        is_stale=visit.data is not None and visit.data.is_stale,
        calls=calls(visit.data, visit.at, visit.zone),
        linked=lambda text: addresses.among(visit.may).linked(text),
    )


def outside(request: Request, desk: OpenDesk, title: str, at: datetime) -> Frame:
    """Return what stands around a page of somebody who is not signed in; its address may be a secret of theirs."""
    scheme = request.cookies.get(SCHEME, "")
    return Frame(
        title=title,
        desk=desk.name,
        timezone=desk.timezone,
        person="",
        places=(),
        scheme=scheme if scheme in SCHEMES else "",
        has_keys=request.cookies.get(KEYS) != "off",
        now=Moment.of(at, at, ZoneInfo(desk.timezone)),
        address="",
        is_sandbox=any(one.environment == "sandbox" for one in desk.settings.connections.values()),
        trust=(),
        is_stale=False,
    )


def _trust(visit: Visit) -> Iterator[tuple[str, Moment | None]]:
    data = visit.data
    if data is None:
        return
    if data.read_at is None:
        yield "Tickets were not read yet", None
        return
    yield "Tickets read", Moment.of(data.read_at, visit.at, visit.zone)
    if data.complete_since is not None:
        yield "complete back to", Moment.of(data.complete_since, visit.at, visit.zone)
    elif not data.is_complete:
        yield "not complete yet", None
    if data.quarantined:
        yield counted(data.quarantined, "record in quarantine", "records in quarantine"), None
    if data.without_meaning:
        yield counted(data.without_meaning, "word without a meaning", "words without a meaning"), None


def page(frame: Frame, template: str, *, status: int = 200, **values: object) -> Response:
    """Return a page.

    Args:
        frame: What stands around it.
        template: Package and name of its template.
        status: Of HTTP.
        values: What the template is told.
    """
    return HTMLResponse(render(template, frame=frame, asset=asset, **values), status)
