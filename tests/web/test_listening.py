"""The listener: whoever sends nothing, or less than a request, holds no place, and a request under way is answered."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from servicedesk_core.config.listening import ApiSection
from servicedesk_core.web import listening


async def slow(request: Request) -> PlainTextResponse:
    await asyncio.sleep(float(request.query_params["s"]))
    return PlainTextResponse("told")


@pytest.fixture
async def port(monkeypatch):
    monkeypatch.setattr(listening, "_SLOWEST_HEAD_S", 0.2)
    told = asyncio.get_running_loop().create_future()
    app = Starlette(routes=[Route("/slow", slow)])
    task = asyncio.create_task(listening.listen(app, ApiSection(listen="127.0.0.1:0"), tell=told.set_result))
    yield int((await told).rpartition(":")[2])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


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
