"""The listener: whoever sends nothing, or less than a request, holds no place, and a request under way is answered."""

import asyncio
import contextlib

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from servicedesk_core.config.listening import ApiSection
from servicedesk_core.web import listening


async def slow(request: Request) -> PlainTextResponse:
    request.app.state.asked.set()
    await asyncio.sleep(float(request.query_params["s"]))
    return PlainTextResponse("told")


@pytest.fixture
async def listener():
    """Return the task that listens, its port, and what is set once it was asked."""
    told = asyncio.get_running_loop().create_future()
    app = Starlette(routes=[Route("/slow", slow)])
    app.state.asked = asyncio.Event()
    task = asyncio.create_task(listening.listen(app, ApiSection(listen="127.0.0.1:0"), tell=told.set_result))
    yield task, int((await told).rpartition(":")[2]), app.state.asked
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.fixture
def port(listener, monkeypatch):
    monkeypatch.setattr(listening, "_SLOWEST_HEAD_S", 0.2)
    return listener[1]


async def asks(port, seconds=0.0):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /slow?s={seconds} HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer[-4:]


@pytest.mark.parametrize("sent", [b"", b"GET /slow?s=0 HTTP/1.1\r\nHost: d"])
async def test_who_does_not_ask_is_hung_up_on(port, sent):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    assert await reader.read() == b""
    writer.close()


@pytest.mark.parametrize("before", [0, 1])
async def test_who_has_asked_is_waited_for(port, before):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for seconds in [0] * before + [0.5]:
        writer.write(f"GET /slow?s={seconds} HTTP/1.1\r\nHost: desk\r\n\r\n".encode())
        assert await reader.readuntil(b"told")
    writer.close()


async def test_many_are_answered_at_once(port):
    assert await asyncio.gather(*(asks(port, 0.1) for _ in range(120))) == [b"told"] * 120


async def test_no_more_are_let_in_than_there_are_places(listener, monkeypatch):
    monkeypatch.setattr(listening, "_AT_ONCE", 1)
    _, port, asked = listener
    first = asyncio.create_task(asks(port, 0.5))
    await asked.wait()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()
    assert await first == b"told"
    assert await asks(port) == b"told"


async def test_who_was_asking_when_it_ends_is_answered(listener):
    task, port, asked = listener
    answer = asyncio.create_task(asks(port, 0.5))
    await asked.wait()
    task.cancel()
    assert await answer == b"told"
