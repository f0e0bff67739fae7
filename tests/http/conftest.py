"""A scriptable HTTP server on loopback, a clock that never sleeps, and clients with both."""

import asyncio
import contextlib
import gzip
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from servicedesk_core.http import HttpFactory, HttpProfile, InMemoryLedger, RetryPolicy
from servicedesk_core.redaction import Redactor
from servicedesk_core.testing import FakeClock


@dataclass
class Received:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query).items()}

    def json(self) -> Any:
        return json.loads(self.body)


class Reply:
    """Writes an answer, correct or not."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.dropped = False

    async def send(
        self, status: int = 200, body: Any = b"", headers: dict[str, str] | None = None, *, zipped: bool = False
    ) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = "text/plain" if isinstance(body, bytes) else "application/json"
        fields = {"content-type": kind, **(headers or {})}
        if zipped:
            content = gzip.compress(content)
            fields["content-encoding"] = "gzip"
        fields.setdefault("content-length", str(len(content)))
        await self.raw(self.head(status, fields) + content)

    @staticmethod
    def head(status: int, fields: dict[str, str]) -> bytes:
        lines = [f"HTTP/1.1 {status} Text", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        return "\r\n".join(lines).encode()

    async def raw(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def drop(self) -> None:
        self.dropped = True
        self.writer.transport.abort()


Handler = Callable[[Received, Reply], Awaitable[None]]


@dataclass
class Server:
    """Answers with the scripted handler and remembers what it was asked."""

    handler: Handler
    url: str = ""
    requests: list[Received] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    connections: int = 0

    async def wait_for(self, count: int) -> None:
        """Wait until so many requests have arrived."""
        async with self.arrived:
            await self.arrived.wait_for(lambda: len(self.requests) >= count)

    async def serve_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, target, _ = head[0].split(" ")
                fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
                body = await reader.readexactly(int(fields.get("content-length", 0)))
                received = Received(method, target, fields, body)
                async with self.arrived:
                    self.requests.append(received)
                    self.arrived.notify_all()
                reply = Reply(writer)
                await self.handler(received, reply)
                if reply.dropped:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return  # the client went away
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Handler], Awaitable[Server]]]:
    """Start a server with a handler; all are stopped at the end."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(handler: Handler) -> Server:
            server = Server(handler)
            tasks: set[asyncio.Task[None]] = set()

            def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                task = asyncio.ensure_future(server.serve_connection(reader, writer))
                tasks.add(task)
                task.add_done_callback(tasks.discard)

            listener = await asyncio.start_server(accept, "127.0.0.1", 0)
            server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"

            async def stop() -> None:
                listener.close()
                for task in list(tasks):
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

            stack.push_async_callback(stop)
            return server

        yield start


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 3, 1, 12, tzinfo=UTC))  # dates in scripted answers are near it


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()


@pytest.fixture
def ledger(clock: FakeClock) -> InMemoryLedger:
    return InMemoryLedger(clock)


@pytest.fixture
async def connect(clock, redactor, ledger) -> AsyncIterator[Callable[..., Any]]:
    """Make a client for a server or an address; options go to the profile, the known ones to the factory."""
    factories = []

    def make(server: Any, **options: Any) -> Any:
        known = {"ledger", "grants", "hooks", "transport"}
        factory_options = {name: options.pop(name) for name in known & set(options)}
        factory_options.setdefault("ledger", ledger)
        factory = HttpFactory(connection="acme", clock=clock, redactor=redactor, **factory_options)
        factories.append(factory)
        options.setdefault("retry", RetryPolicy(attempts=3))
        base_url = server if isinstance(server, str) else server.url + "/api"
        return factory(HttpProfile(base_url=base_url, vendor="acme", account="tenant-1", **options))

    yield make
    for factory in factories:
        await factory.aclose()


@pytest.fixture
def unused_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
