"""What calls where a browser is waited for: nonsense, both families of addresses, and a port that is taken."""

import asyncio
import socket
import struct

import pytest

from servicedesk_core.errors import SettingsError
from servicedesk_core.machine.redirect import can_catch, caught


def call(port, request, host="127.0.0.1"):
    with socket.create_connection((host, port)) as caller:
        caller.sendall(request)
        return caller.recv(100)


def break_off(port):
    with socket.create_connection(("127.0.0.1", port)) as caller:
        caller.sendall(b"GET /c")
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


async def test_nonsense_is_answered_without_a_word_on_the_screen_and_the_browser_is_still_waited_for(port, capfd):
    async with caught(f"http://127.0.0.1:{port}/back", "right") as redirect:
        for nonsense in (b"GET http://[ HTTP/1.1", b"\x00\xff", b"GET /back?state=wrong HTTP/1.1", b"POST / HTTP/1.1"):
            assert b"200" not in await asyncio.to_thread(call, port, nonsense + b"\r\n\r\n")
        await asyncio.to_thread(break_off, port)
        assert not redirect.done()
        await asyncio.to_thread(call, port, b"GET /back?state=right&code=x HTTP/1.1\r\n\r\n")
        assert await redirect == "/back?state=right&code=x"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("uri", "host"), [("http://[::1]:{}/", "::1"), ("http://127.0.0.1:{}", "127.0.0.1")])
async def test_a_redirect_is_caught_at_either_family_and_without_a_path(port, uri, host):
    async with caught(uri.format(port), "right") as redirect:
        await asyncio.to_thread(call, port, b"GET /?state=right HTTP/1.1\r\n\r\n", host)
        await redirect


async def test_a_port_that_is_taken_says_so(port):
    with socket.create_server(("127.0.0.1", port)), pytest.raises(SettingsError, match="Nothing can listen on"):
        async with caught(f"http://127.0.0.1:{port}/", "right"):
            pass


@pytest.mark.parametrize("uri", ["http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://[::1/", "http://[::1]/", ""])
def test_what_is_no_address_of_this_machine_is_left_to_the_person(uri):
    assert not can_catch(uri)
