"""The listener on the open net: places, time, size, TLS, and whom it believes."""

import asyncio
import contextlib
import shutil
import ssl
import subprocess
from http import HTTPStatus

import pytest

from servicedesk_core.config import parse_settings
from servicedesk_core.desk.serving.public import listening
from servicedesk_core.desk.serving.public.exchange import NOT_FOUND, Answer
from servicedesk_core.desk.serving.public.listening import PublicListener
from servicedesk_core.errors import SettingsError

pytestmark = pytest.mark.slow


class Echo:
    def __init__(self):
        self.seen = []

    async def expects(self, path):
        return path == "/echo/here"

    async def answer(self, request):
        self.seen.append(request)
        if request.query == (("fail", ""),):
            raise RuntimeError("a secret text")
        return NOT_FOUND if request.body is None else Answer(HTTPStatus.OK, request.body)


@pytest.fixture
def echo():
    return Echo()


@pytest.fixture
async def listener(echo):
    """Return a function that opens a listener and gives host and port."""
    async with contextlib.AsyncExitStack() as stack:

        async def opened(seconds=30.0, **public):
            keys = {"public": {"listen": "127.0.0.1:0", "url": "https://desk.example.com"} | public}
            one = PublicListener(parse_settings(keys), {"/echo/": echo}, seconds=seconds)
            await stack.enter_async_context(one.listening())
            host, _, port = one.address.partition("//")[2].rpartition(":")
            return host, int(port)

        yield opened


async def talk(where, sent, **options):
    """Send bytes and return everything that comes until the connection ends."""
    reader, writer = await asyncio.open_connection(*where, **options)
    writer.write(sent)
    with contextlib.suppress(ConnectionError):
        await writer.drain()
    try:
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def post(body=b"hello", path="/echo/here", *headers):
    fields = "".join(f"{line}\r\n" for line in (f"Content-Length: {len(body)}", *headers))
    return f"POST {path} HTTP/1.1\r\nHost: desk\r\n{fields}\r\n".encode() + body


async def test_one_request_is_answered_and_the_connection_ends(listener, echo):
    answer = await talk(await listener(), post() + post())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"connection: close" in head.lower()
    assert body == b"hello"
    assert len(echo.seen) == 1
    assert "hello" not in repr(echo.seen[0])


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"no http at all\r\n\r\n", b"400"),
        (b"GET /echo/here HTTP/1.1\r\nHost: desk\r\nX: " + b"x" * 40_000, b"431"),
        (b"GET /echo/here HTTP/1.1\r\nHost: desk\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"431"),
        (post(b"hello", "/echo/elsewhere"), b"404"),
        (b"POST /other HTTP/1.1\r\nHost: desk\r\nContent-Length: 900000000\r\n\r\n", b"404"),
        (post(b"", "/echo/here?fail"), b"500"),
        (b"POST /echo/here HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", b"400"),
    ],
)
async def test_what_is_odd_gets_a_status_and_nothing_else(listener, caplog, sent, status):
    answer = await talk(await listener(), sent)
    assert answer.split(b" ")[1] == status
    assert answer.partition(b"\r\n\r\n")[2] == b""
    assert "secret text" not in caplog.text


async def test_a_body_is_taken_in_chunks_and_after_a_question(listener, echo):
    where = await listener()
    chunked = (
        b"POST /echo/here HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    assert (await talk(where, chunked)).endswith(b"\r\n\r\nabcde")
    asking = await talk(where, post(b"hello", "/echo/here", "Expect: 100-continue"))
    assert b"200 OK" in asking


async def test_whoever_is_slow_blocks_nobody_and_is_let_go(listener):
    where = await listener(seconds=1.0)
    slow = [await asyncio.open_connection(*where) for _ in range(30)]
    for number, (_, writer) in enumerate(slow):
        writer.write(b"POST /echo/here HTTP/1.1\r\nHost: d\r\n" if number % 2 else post()[:-2])
    assert b"200 OK" in await talk(where, post())
    for reader, writer in slow:
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()


async def test_one_address_does_not_get_all_places(listener, monkeypatch):
    monkeypatch.setattr(listening, "PLACES_EACH", 2)
    where = await listener()
    held = [await asyncio.open_connection(*where) for _ in range(2)]
    for _, writer in held:
        writer.write(b"POST")
        await writer.drain()
    assert await talk(where, post()) == b""
    for _, writer in held:
        writer.close()
    while b"200 OK" not in await talk(where, post()):  # noqa: ASYNC110  # the places are given back soon
        await asyncio.sleep(0.01)


async def test_forwarded_addresses_are_believed_from_the_proxy_alone(listener, echo):
    told = post(b"", "/echo/here", "X-Forwarded-For: 203.0.113.9, 198.51.100.7")
    await talk(await listener(), told)
    await talk(await listener(proxy="127.0.0.1"), told)
    assert [one.client for one in echo.seen] == ["127.0.0.1", "198.51.100.7"]
    assert await talk(await listener(proxy="192.0.2.1"), told) == b""
    assert len(echo.seen) == 2


async def test_tls_is_spoken_with_the_files_of_the_operator(listener, tmp_path, certificate):
    with pytest.raises(SettingsError, match="cannot be used"):
        await listener(certificate=str(tmp_path / "none.pem"), key=str(tmp_path / "none.key"))
    where = await listener(certificate=str(certificate), key=str(certificate))
    context = ssl.create_default_context(cafile=str(certificate))
    assert b"200 OK" in await talk(where, post(), ssl=context, server_hostname="localhost")
    assert await talk(where, post()) == b""  # plain text gets nothing


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of localhost and its key in one file."""
    openssl = shutil.which("openssl") or pytest.skip("openssl makes the certificate")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    made = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {path}.key -out {path}.crt"
    names = ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([openssl, *made.split(), *names], check=True, capture_output=True)
    path.write_text("".join(path.with_name(f"both.pem.{part}").read_text() for part in ("key", "crt")))
    return path


@pytest.mark.parametrize(
    ("public", "says"),
    [
        ({"listen": "0.0.0.0:8443", "url": "https://desk.example.com"}, "how it is secured"),
        ({"listen": "127.0.0.1:8443"}, "write url"),
        ({"url": "http://desk.example.com"}, "as vendors reach it"),
        ({"listen": "0.0.0.0:1", "url": "https://a.example.com", "certificate": "a.pem"}, "belong together"),
        ({"proxy": "proxy.example.com"}, "192.0.2.10"),
    ],
)
def test_what_would_travel_open_is_refused(public, says):
    with pytest.raises(SettingsError, match=says):
        parse_settings({"public": public})
