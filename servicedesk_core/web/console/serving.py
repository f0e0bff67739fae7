"""Runs the console of an open desk until it is cancelled."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.listening import ConsoleSection
from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.faces import Looking
from servicedesk_core.features.people import first_link, forget_strangers
from servicedesk_core.people import JOBS, Actor, Way
from servicedesk_core.web.console.addresses import link
from servicedesk_core.web.console.app import application
from servicedesk_core.web.console.cache.answers import Answers
from servicedesk_core.web.console.live.reader import Reader
from servicedesk_core.web.listening import listen

if TYPE_CHECKING:
    from servicedesk_core.desk import ServiceDesk


_log = logging.getLogger("servicedesk.console")

_CONSOLE: Final = "Console: "


async def serve(
    desk: "ServiceDesk",
    section: ConsoleSection,
    *,
    tell: Callable[[str], None],
    opens: Callable[[str], object] | None = None,
    technician: str = "",
) -> None:
    """Show a desk in a browser until cancelled.

    Args:
        desk: The open desk.
        section: Where it listens.
        tell: Hears where that is, and as long as nobody can sign in the link of the first administrator; a line each.
        opens: Is given the address to begin at, once it answers.
        technician: Who is offered first to the first administrator as the technician that they are: ``psa:4711``.

    Raises:
        SettingsError: The address cannot be listened on, or the certificate cannot be used.
        TypeError: A feature brings something that cannot be shown.
    """
    await forget_strangers(desk)
    first = await first_link(desk)
    answers = Answers(Reader(desk.store))
    app = application(desk, desk.features, section, answers)

    def told(where: str) -> None:
        here = section.model_copy(update={"listen": where.partition("://")[2]})
        desk.settings = desk.settings.model_copy(update={"console": here})  # the links that it tells lead here
        lines = [*_told(section.url if section.proxy and section.url else where, first, technician)]
        for line in lines:
            tell(line)
        if opens is not None:
            opens(lines[-1].removeprefix(_CONSOLE))

    async with answers.kept_current():
        listening = listen(app, section, tell=told, ending=app.state.streams.close)
        both = [asyncio.ensure_future(one) for one in (_prepare(app, desk), listening)]
        try:
            await asyncio.gather(*both)
        finally:
            for one in both:
                one.cancel()
            await asyncio.wait(both)


async def _prepare(app: Starlette, desk: "ServiceDesk") -> None:
    """Make what is behind signing in, and hold the open tickets, before anybody asks for it."""
    await app.state.inside.made()
    await hold_ahead(desk)


async def hold_ahead(desk: "ServiceDesk") -> None:
    """Read the open tickets into memory, as they are told to who sees the whole desk, and to who sees a part of it."""
    from servicedesk_core.features.report import seen  # noqa: PLC0415  # who signs in does not wait for it

    told = (name for name, one in desk.roster.items() if Capability.INTERNAL in one.capabilities)
    scoped = (name for name in told if desk.roster[name].companies or desk.roster[name].queues)
    for actor in (JOBS, *(Actor(f"user:{name}", Way.CONSOLE) for name in islice(scoped, 1))):
        own = desk.acting_as(actor)
        looking = partial(Looking, own, at=desk.clock.now(), chosen=None, scope=own.rights.scope, known={})
        try:
            await desk.store.read(lambda tx, looking=looking: seen(looking(tx=tx)))  # type: ignore[misc]
        except ServiceDeskError as error:  # whoever opens a page is told it
            _log.warning("the open tickets could not be read ahead: %s", error)


def _told(where: str, first: str | None, technician: str) -> Iterator[str]:
    yield f"{_CONSOLE}{where}"
    if first is not None:
        yield "Nobody can sign in and invite others yet. Within ten minutes this link makes the first administrator:"
        yield link(f"{where}/first/{first}", {"technician": (technician,)} if technician else {})
