"""The heartbeat goes on whatever the other end answers, and says nothing of its address."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from servicedesk_core.config import Secrets
from servicedesk_core.desk.serving.beating import beat


@pytest.mark.parametrize("path", ["secret-4711", "secret 4711"])
async def test_a_strange_answer_or_address_does_not_end_it(monkeypatch, caplog, path):
    looked = asyncio.Event()
    looks = 0

    async def answer(reader, writer):
        await reader.readline()
        writer.write(b"strange\r\n\r\n")
        writer.close()

    def is_live():
        nonlocal looks
        looks += 1
        if looks == 3:
            looked.set()
        return True

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    monkeypatch.setenv("BEAT", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/{path}")
    settings = SimpleNamespace(serve=SimpleNamespace(heartbeat="env:BEAT"), where="servicedesk.toml")
    task = asyncio.create_task(beat(SimpleNamespace(settings=settings, secrets=Secrets()), is_live, every_s=0.01))
    waiting = asyncio.create_task(looked.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    assert not task.done(), task.exception()
    task.cancel()
    await asyncio.wait([task])
    server.close()
    assert caplog.text.count("the heartbeat is not heard") == 1
    assert "4711" not in caplog.text


async def test_whatever_else_blocks_threads_silences_it_not(monkeypatch):
    beats, go_on, loop = asyncio.Event(), threading.Event(), asyncio.get_running_loop()

    async def answer(reader, writer):
        beats.set()
        await reader.readline()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    monkeypatch.setenv("BEAT", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    loop.set_default_executor(ThreadPoolExecutor(1))
    blocked = loop.run_in_executor(None, go_on.wait)
    settings = SimpleNamespace(serve=SimpleNamespace(heartbeat="env:BEAT"), where="servicedesk.toml")
    task = asyncio.create_task(beat(SimpleNamespace(settings=settings, secrets=Secrets()), lambda: True))
    try:
        await asyncio.wait_for(beats.wait(), 60)
    finally:
        go_on.set()
        task.cancel()
        await asyncio.wait([task])
        await blocked
        server.close()
