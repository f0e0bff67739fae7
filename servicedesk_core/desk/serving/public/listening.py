"""Who may connect, and for how long: places are limited at the door, so that nobody's slowness costs others theirs."""

import asyncio
import contextlib
import logging
import socket
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final

from servicedesk_core.addresses import plain_address
from servicedesk_core.certificates import Certificate
from servicedesk_core.config import DeskSettings
from servicedesk_core.desk.serving.public.exchange import NOT_FOUND, Answer, Request, Route, exchange
from servicedesk_core.errors import SettingsError

_log = logging.getLogger("servicedesk.public")

PLACES: Final = 200
"""Connections at once; more wait in the queue of the operating system."""

PLACES_EACH: Final = 100
"""Connections of one address at once; of a proxy all of them come from one."""

SECONDS: Final = 15.0
"""How long one connection lasts, from the first byte of TLS to the last of the answer."""

LINGER_S: Final = 1.0
"""How long what is still on its way is thrown away, so that the answer to a body that is too large arrives."""


class PublicListener:
    """Answers what is routed, and ``404`` to everything else.

    Args:
        settings: The configuration; ``[public]`` says where and how.
        routes: By prefix of the path, what answers below it.
        seconds: How long one connection lasts at most.
    """

    def __init__(self, settings: DeskSettings, routes: Mapping[str, Route], *, seconds: float = SECONDS) -> None:
        self._settings = settings
        self._public = settings.public
        self._routes = routes
        self._seconds = seconds
        self._places = asyncio.Semaphore(PLACES)
        self._of: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        public = settings.public
        self._certificate = (
            Certificate(settings.beside(public.certificate), settings.beside(public.key), where="public.certificate")
            if public.certificate and public.key
            else None
        )
        self.address = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Answer while the block lasts.

        Raises:
            SettingsError: The address cannot be listened on, or the certificate cannot be used.
        """
        if self._certificate:
            self._certificate.context()
        door = self._door()
        host, port = door.getsockname()[:2]
        scheme = "https" if self._public.certificate else "http"
        self.address = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
        accepting = asyncio.create_task(self._accept(door), name="servicedesk-public")
        try:
            yield
        finally:
            accepting.cancel()
            await asyncio.wait([accepting])
            door.close()
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks)

    def _door(self) -> socket.socket:
        host, _, port = self._public.listen.rpartition(":")
        family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
        try:
            door = socket.create_server((host.strip("[]"), int(port)), family=family, backlog=PLACES)
        except OSError as error:
            raise SettingsError(
                f"public.listen: {self._public.listen} cannot be listened on: {error.strerror}.",
                hint="Choose another port; perhaps a server of this desk runs already.",
            ) from error
        door.setblocking(False)  # noqa: FBT003  # the library's way
        return door

    async def _accept(self, door: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._places.acquire()
            try:
                caller, peer = await loop.sock_accept(door)
            except OSError as error:  # out of files, or the caller is gone already
                self._places.release()
                _log.warning("a connection could not be taken: %s", error.strerror)
                await asyncio.sleep(LINGER_S)
                continue
            except asyncio.CancelledError:
                self._places.release()
                raise
            task = asyncio.create_task(self._serve(caller, plain_address(peer[0])))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, caller: socket.socket, peer: str) -> None:
        self._of[peer] += 1
        try:
            if self._is_welcome(peer):
                async with asyncio.timeout(self._seconds):
                    await self._converse(caller, peer)
        except (OSError, TimeoutError, EOFError) as error:  # slow, gone, or no TLS: nothing of it is ours to mend
            _log.debug("a connection ended early: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001  # one caller must not end the listener
            _log.error("a request could not be answered: this should not have happened (%s)", type(error).__name__)
        finally:
            caller.close()
            self._of[peer] -= 1
            if not self._of[peer]:
                del self._of[peer]
            self._places.release()

    def _is_welcome(self, peer: str) -> bool:
        if self._public.proxy is not None:
            return peer == self._public.proxy
        return self._of[peer] <= PLACES_EACH

    async def _converse(self, caller: socket.socket, peer: str) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        tls = self._certificate.context() if self._certificate else None
        limit = self._seconds if tls else None
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol, caller, ssl=tls, ssl_handshake_timeout=limit
        )
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            await exchange(reader, writer, self, lambda headers: self._client(headers, peer))
            if writer.can_write_eof():
                writer.write_eof()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LINGER_S):
                    while await reader.read(65_536):
                        pass
        finally:
            transport.abort()

    def _client(self, headers: Mapping[str, str], peer: str) -> str:
        """Return whose request it is: the last address that the proxy has added, else who is connected."""
        if self._public.proxy is None:
            return peer
        return headers.get("x-forwarded-for", peer).rpartition(",")[2].strip()

    async def expects(self, path: str) -> bool:
        """Whether something answers at a path."""
        route = self._route(path)
        return route is not None and await route.expects(path)

    async def answer(self, request: Request) -> Answer:
        """Answer a request as its route does."""
        route = self._route(request.path)
        if route is None:
            return NOT_FOUND
        try:
            return await route.answer(request)
        except Exception as error:  # noqa: BLE001  # the caller gets an answer, and nothing of the error
            _log.error("a request could not be answered: this should not have happened (%s)", type(error).__name__)
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _route(self, path: str) -> Route | None:
        return next((route for prefix, route in self._routes.items() if path.startswith(prefix)), None)
