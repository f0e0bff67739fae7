"""A stream through the real server: it comes at once, ends with the server, and with a client that is gone."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from servicedesk_core.config.listening import ApiSection
from servicedesk_core.web.listening import listen


@pytest.fixture
async def server(site):
    told = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        listen(site.app, ApiSection(listen="127.0.0.1:0"), tell=told.set_result, ending=site.streams.close)
    )
    yield task, int((await told).rpartition(":")[2])
    task.cancel()
    await asyncio.wait([task])


@asynccontextmanager
async def stream(site, port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    target = f"/live?page=/board&have={site.have()}"
    writer.write(f"GET {target} HTTP/1.1\r\nHost: desk\r\nCookie: who=ana\r\n\r\n".encode())
    try:
        yield reader
    finally:
        writer.close()


async def test_it_comes_at_once_and_ends_with_the_server(site, server):
    task, port = server
    async with stream(site, port) as reader:
        await reader.readuntil(b"data: live\n")
        await site.act(team="one ill")
        await reader.readuntil(b"one ill")
        task.cancel()
        last = await reader.read()
        assert b"started anew" in last
        assert last.endswith(b"0\r\n\r\n")
        await asyncio.wait([task])


async def test_a_client_that_is_gone_leaves_its_place(site, server):
    async with stream(site, server[1]) as reader:
        await reader.readuntil(b"data: live\n")
        assert len(site.streams) == 1
    while len(site.streams):  # noqa: ASYNC110  # the server hears of it when it likes
        await asyncio.sleep(0)
