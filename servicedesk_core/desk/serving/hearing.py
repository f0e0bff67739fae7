"""Hears what vendors call about, and follows it: the listener, the receiver and the follower of one process."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from typing import Final, Protocol

from servicedesk_core.desk.serving.acknowledging import Acknowledging
from servicedesk_core.desk.serving.beating import ended
from servicedesk_core.desk.serving.posting import Posting
from servicedesk_core.desk.serving.public.exchange import Answer, Request, Route
from servicedesk_core.desk.serving.public.listening import PublicListener
from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.features.messages import PATH as POSTS
from servicedesk_core.features.paging import PATH as PAGES
from servicedesk_core.features.paging import LinkedDesk
from servicedesk_core.features.webhooks import (
    LEFT,
    PATH,
    Keys,
    LookingDesk,
    Receiver,
    follow_all,
    left_behind,
    look_into_doubts,
)
from servicedesk_core.features.webhooks.receiving import STATUS, TELL_EVERY_S
from servicedesk_core.hooks import Delivery
from servicedesk_core.http import InMemoryLedger
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.plugins.host import Host

_log = logging.getLogger("servicedesk.webhooks")

GATHER_S: Final = 5.0
"""How long hints are gathered before they are followed: what comes in a burst is read once and together."""

LOOK_EVERY_S: Final = 60.0
"""How often is looked for what waits although nobody has called."""

BUSY_S: Final = 5.0
"""How often is looked whether a sync that holds hints off is through."""


class HearingDesk(JobDesk, LookingDesk, LinkedDesk, Protocol):
    """A desk that vendors call, and people by links that they were sent."""


class Hearing:
    """What of a desk vendors reach.

    Args:
        desk: The open desk.
        gather_s: How long hints are gathered.
    """

    def __init__(self, desk: HearingDesk, *, gather_s: float = GATHER_S) -> None:
        self._desk = desk
        self._gather_s = gather_s
        self._hints = asyncio.Event()
        # Its own connections: they verify while those of the desk are opened, closed, or busy.
        self._host = Host(
            desk.settings,
            store=desk.store,
            clock=desk.clock,
            ledger=InMemoryLedger(desk.clock),
            redactor=desk.redactor,
            secrets=desk.secrets,
            catalog=desk.host.catalog,
        )
        self._receiver = Receiver(
            desk.store,
            desk.clock,
            connections=desk.settings.connections,
            open_connection=self._open,
            keys=Keys(desk.clock),
            hide=desk.redactor.register,
            on_hints=self._hinted,
        )
        routes: dict[str, Route] = {PATH: self, PAGES: Acknowledging(desk), POSTS: Posting(desk)}
        self.listener = PublicListener(desk.settings, routes)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Listen and follow while the block lasts.

        Raises:
            SettingsError: ``[public]`` cannot be used as it is.
        """
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._host.aclose)
            await stack.enter_async_context(self.listener.listening())
            for one in await self._desk.store.read(lambda tx: left_behind(tx, self._desk.settings)):
                _log.warning(LEFT.format(one.connection))
            for work in (self._follow, self._tell):
                stack.push_async_callback(ended, asyncio.create_task(work()))
            yield

    async def _open(self, connection: str) -> OpenConnection:
        return await self._host.open(connection, offline=True)

    def _hinted(self, _connection: str) -> None:
        self._hints.set()

    async def expects(self, path: str) -> bool:
        """Whether a path is the address of a connection."""
        return await self._receiver.knows(path.removeprefix(PATH))

    async def answer(self, request: Request) -> Answer:
        """Answer what was sent to the address of a connection, or to one that nobody has."""
        delivery = None
        if request.body is not None:
            delivery = Delivery(request.method, request.headers, request.query, request.body)
        reply = await self._receiver.receive(request.path.removeprefix(PATH), delivery)
        status = STATUS[reply.outcome]
        if status >= HTTPStatus.BAD_REQUEST:
            _log.debug("refused from %s: %s", request.client, reply.outcome.value)
        return Answer(status, reply.body, reply.content_type)

    async def _follow(self) -> None:
        said: dict[str, str] = {}

        def say(what: str, problem: str) -> None:
            if problem and said.get(what) != problem:
                _log.warning("%s: %s", what, problem)
            said[what] = problem

        while True:
            patience_s = LOOK_EVERY_S
            try:
                for one in await follow_all(self._desk):
                    if one.is_busy:
                        patience_s = BUSY_S
                    else:
                        say(f"{one.connection}: hints wait", one.error.message if one.error else "")
                await look_into_doubts(self._desk)
                say("hints could not be followed now", "")
            except ServiceDeskError as error:
                say("hints could not be followed now", error.message)
            except Exception:  # noqa: BLE001  # one round must not end all that follow
                _log.exception("hints could not be followed: this should not have happened")
            try:
                async with asyncio.timeout(patience_s):
                    await self._hints.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(self._gather_s)
            self._hints.clear()

    async def _tell(self) -> None:
        while True:
            try:
                await asyncio.sleep(TELL_EVERY_S)
            finally:
                try:
                    await self._receiver.tell()
                except ServiceDeskError as error:
                    _log.warning("what was refused could not be noted: %s", error.message)
