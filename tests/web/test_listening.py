"""The listener: whoever sends nothing, or less than a request, holds no place, and a request under way is answered."""

import asyncio
import contextlib
import os
import ssl
import subprocess
import sys

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from servicedesk_core.config.listening import ApiSection
from servicedesk_core.errors import SettingsError
from servicedesk_core.web import listening

pytestmark = pytest.mark.slow


async def slow(request: Request) -> PlainTextResponse:
    request.app.state.asked.set()
    await asyncio.sleep(float(request.query_params["s"]))
    return PlainTextResponse("told")


@pytest.fixture
def secured():
    """Nothing."""
    return {}


@pytest.fixture
async def listener(secured):
    """Return the task that listens, its port, and what is set once it was asked."""
    told = asyncio.get_running_loop().create_future()
    app = Starlette(routes=[Route("/slow", slow)])
    app.state.asked = asyncio.Event()
    task = asyncio.create_task(listening.listen(app, ApiSection(listen="127.0.0.1:0", **secured), tell=told.set_result))
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


async def test_who_goes_on_sending_a_body_after_the_answer_is_hung_up_on(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /slow?s=0 HTTP/1.1\r\nHost: d\r\nContent-Length: 9\r\n\r\n")
    await reader.readuntil(b"told")
    writer.write(b"x")
    with contextlib.suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()


@pytest.mark.parametrize("before", [0, 1])
async def test_who_has_asked_is_waited_for(port, before):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for seconds in [0] * before + [0.5]:
        writer.write(f"GET /slow?s={seconds} HTTP/1.1\r\nHost: desk\r\n\r\n".encode())
        assert await reader.readuntil(b"told")
    writer.close()


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\r\n\r\n", b"GET /slow?s=0 HTTP/1.1\r\nHost: d\r\nUpgrade: x\r\n\r\n"])
async def test_what_is_no_request_of_ours_fills_no_log(port, caplog, sent):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent.replace(b"Upgrade", b"Connection: upgrade, close\r\nUpgrade"))
    assert (await reader.read()).startswith(b"HTTP/1.1 ")
    writer.close()
    assert not caplog.records


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


class TestCertificate:
    @pytest.fixture
    def secured(self, certificate):
        return dict(zip(("certificate", "key"), map(str, certificate), strict=True))

    @pytest.fixture
    def renews(self, certificate):
        def renew():
            cert, key = certificate
            command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=new"
            subprocess.run([*command.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
            os.utime(cert, (1, 1))

        return renew

    async def test_one_that_was_renewed_is_shown_and_one_that_is_none_is_not(self, listener, certificate, renews):
        first = await self.shown(listener[1])
        renews()
        second = await self.shown(listener[1])
        assert second != first
        certificate[0].write_text("half of it")
        assert await self.shown(listener[1]) == second

    async def shown(self, port):
        any_one = ssl.create_default_context()
        any_one.check_hostname, any_one.verify_mode = False, ssl.CERT_NONE
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=any_one)
        found = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return found


async def test_a_certificate_that_is_none_is_refused(tmp_path):
    (tmp_path / "x.pem").write_text("none")
    section = ApiSection(listen="127.0.0.1:0", certificate=str(tmp_path / "x.pem"), key=str(tmp_path / "x.pem"))
    with pytest.raises(SettingsError, match=r"x\.pem cannot be used"):
        await listening.listen(Starlette(), section, tell=print)


def test_a_key_with_a_passphrase_is_refused_and_nobody_is_asked(certificate):
    """A terminal is there, at which the library would ask."""
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    cert, key = certificate
    command = f"openssl ec -in {key} -aes256 -passout pass:example -out {key}.closed"
    subprocess.run(command.split(), check=True, capture_output=True)
    code = f"Certificate(Path({str(cert)!r}), Path({str(key) + '.closed'!r}), where='api').context()"
    program = f"from pathlib import Path; from servicedesk_core.certificates import Certificate; {code}"
    master, terminal = os.openpty()
    child = subprocess.run(
        [sys.executable, "-c", program],
        stdin=terminal,
        stdout=terminal,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        timeout=60,
        check=False,
    )
    os.close(master)
    os.close(terminal)
    assert b"cannot be used" in child.stderr
