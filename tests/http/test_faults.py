"""What goes wrong on the wire, with a real server."""

import asyncio
import traceback
import tracemalloc

import pytest

from servicedesk_core.errors import (
    NetworkError,
    OutcomeUnknownError,
    ProtocolError,
    VendorTimeoutError,
)
from servicedesk_core.http import HeaderAuth, LinkPages, RetryPolicy, Route

ONCE = RetryPolicy(attempts=1)
WRITE = {"routes": (Route("POST", "/notes", "notes.create"),), "grants": frozenset({"notes.create"})}


async def drop_at_once(request, reply):
    reply.drop()


async def drop_after_head(request, reply):
    await reply.raw(reply.head(200, {"content-length": "100"}) + b'{"half":')
    reply.drop()


async def never(request, reply):
    await asyncio.Event().wait()


async def trickle(request, reply):
    await reply.raw(reply.head(200, {"content-length": "100000"}))
    while True:
        await reply.raw(b"x")
        await asyncio.sleep(0.02)


@pytest.fixture
def when_asked(make_later):
    """Let a minute pass as soon as a request is there that is not answered."""

    def after(fault):
        async def handler(request, reply):
            if fault in {never, trickle}:
                make_later(60)
            await fault(request, reply)

        return handler

    return after


async def test_a_vendor_that_is_down_is_a_network_error_after_the_retries(connect, unused_port, clock):
    client = connect(f"http://127.0.0.1:{unused_port}")
    with pytest.raises(NetworkError) as caught:
        await client.get("t/5", params={"key": "hidden"})
    assert client.requests_sent == 3
    assert len(clock.slept_s) == 2
    assert "/t/{id}" in str(caught.value)
    assert "hidden" not in str(caught.value) + str(caught.value.detail)
    assert caught.value.connection == "acme"


@pytest.mark.parametrize("fault", [drop_at_once, drop_after_head])
async def test_a_dropped_connection_is_tried_again_for_reads(serve, connect, fault):
    async def handler(request, reply):
        if len(server.requests) < 3:
            await fault(request, reply)
        else:
            await reply.send(200, [1])

    server = await serve(handler)
    assert (await connect(server).get("x")).json() == [1]
    assert len(server.requests) == 3


@pytest.mark.parametrize("fault", [drop_at_once, drop_after_head, never, trickle])
async def test_a_write_whose_fate_is_unknown_is_never_sent_again(serve, connect, when_asked, fault):
    server = await serve(when_asked(fault))
    client = connect(server, total_timeout_s=50, **WRITE)
    with pytest.raises(OutcomeUnknownError):
        await client.post("notes", json={"text": "x"})
    assert len(server.requests) == 1


async def test_a_write_that_never_left_is_tried_again(connect, unused_port):
    client = connect(f"http://127.0.0.1:{unused_port}", **WRITE)
    with pytest.raises(NetworkError):
        await client.post("notes", json={"text": "x"})
    assert client.requests_sent == 3


async def test_silence_is_a_timeout(serve, connect):
    client = connect(await serve(never), read_timeout_s=0.05, retry=ONCE)
    with pytest.raises(VendorTimeoutError, match=r"silence of 0\.05 s"):
        await client.get("x")


async def test_a_trickling_body_is_bounded_by_the_total_timeout(serve, connect, when_asked):
    client = connect(await serve(when_asked(trickle)), read_timeout_s=100, total_timeout_s=50, retry=ONCE)
    with pytest.raises(VendorTimeoutError, match="no complete answer"):
        await client.get("x")


async def test_the_callers_timeout_wins(serve, connect):
    client = connect(await serve(never), retry=ONCE)
    with pytest.raises(VendorTimeoutError):
        await client.get("x", timeout_s=0.05)


async def test_html_instead_of_json_names_type_and_size_but_no_text(serve, connect):
    async def handler(request, reply):
        await reply.send(200, b"<html>Login for jane@example.com</html>", {"content-type": "text/html"})

    answer = await connect(await serve(handler)).get("x")
    with pytest.raises(ProtocolError, match=r"no JSON \(text/html, 39 bytes\)") as caught:
        answer.json()
    assert "jane" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"<html>"), (200, b""), (200, b"{}"), (200, b"x" * 2_000), (302, b""), (304, b"")]
)
async def test_an_answer_that_no_vendor_means_says_what_to_do(serve, connect, status, body):
    async def handler(request, reply):
        await reply.send(status, body)

    client = connect(await serve(handler), max_body_bytes=1_000)
    with pytest.raises(ProtocolError) as caught:
        await anext(client.paginate(LinkPages(items_at="items"), "GET", "x"))
    assert "next run" in caught.value.hint


async def test_cut_off_json_is_told_apart(serve, connect):
    async def handler(request, reply):
        await reply.send(200, b'{"items":[{"id":1},', {"content-type": "application/json"})

    answer = await connect(await serve(handler)).get("x")
    with pytest.raises(ProtocolError, match="cut-off or malformed JSON"):
        answer.json()


HALF_AN_EMOJI = b'["cut \\ud83d", "\\ud83d\\ude00", "\\\\ud83d"]'


@pytest.mark.parametrize(
    ("body", "content_type", "read"),
    [
        (HALF_AN_EMOJI, "", ["cut \ufffd", "\U0001f600", "\\ud83d"]),
        (b'["a\t\x1f\x00b\n"]', "", ["a\t\ufffd\ufffdb\n"]),
        (b'["\xe9t\xe9", "\xc3\xa9", "\xc3"]', "", ["\ufffdt\ufffd", "\xe9", "\ufffd"]),
        (b'["\xe9t\xe9"]', "application/json; charset=ISO-8859-1", ["\xe9t\xe9"]),
        (b'["\xe9"]', "application/json; charset=nobody-knows-it", ["\ufffd"]),
        (b'["\xed\xa0\xbd", "\xc0\x80"]', "", ["\ufffd" * 3, "\ufffd" * 2]),
        (b'["C:\\x", "\\u12"]', "", ["C:\ufffdx", "\ufffdu12"]),
        (b"[1e400, -1e999, 1.5, 7]", "", ["1e400", "-1e999", 1.5, 7]),
        (b"[NaN, Infinity, -Infinity]", "", [None, None, None]),
        (b"[" + b"9" * 5000 + b"]", "", ["9" * 5000]),
        (b'{"\\udc00": {"a": "\\udc00"}}', "", {"\ufffd": {"a": "\ufffd"}}),
    ],
)
async def test_what_cannot_be_read_of_an_answer_does_not_cost_the_rest(serve, connect, body, content_type, read):
    async def handler(request, reply):
        await reply.send(200, body, {"content-type": content_type} if content_type else None)

    assert (await connect(await serve(handler)).get("x")).json() == read


async def test_what_nests_deeper_than_any_record_does_not_cost_the_rest(serve, connect):
    async def handler(request, reply):
        await reply.send(200, b'[{"a": ' + b'["]",' * 3000 + b"0" + b"]" * 3000 + b'}, {"a": 1}]')

    deep, other = (await connect(await serve(handler)).get("x")).json()
    assert other == {"a": 1}
    while isinstance(deep, dict | list):
        deep = deep["a"] if isinstance(deep, dict) else deep[1]
    assert deep == "\ufffd"


@pytest.mark.parametrize(
    "body", [b'[{"title": "\xe9"}, {"title"', b'["\\ud83d', b'["a\x1f"', b"[" * 3000, b"[1e400,", b'[{"a": 1}] \xe9']
)
async def test_an_odd_character_does_not_make_a_cut_off_answer_whole(serve, connect, body):
    async def handler(request, reply):
        await reply.send(200, body)

    answer = await connect(await serve(handler)).get("x")
    with pytest.raises(ProtocolError, match="cut-off or malformed JSON"):
        answer.json()


async def test_an_unreadable_answer_to_a_write_leaves_its_fate_open(serve, connect):
    async def handler(request, reply):
        await reply.send(200, b"<html>")

    answer = await connect(await serve(handler), **WRITE).post("notes", json={})
    with pytest.raises(OutcomeUnknownError):
        answer.json()


async def test_a_compressed_body_that_is_cut_off_is_noticed(serve, connect):
    import gzip

    async def handler(request, reply):
        await reply.send(200, gzip.compress(b"[1,2,3]" * 1000)[:-9], {"content-encoding": "gzip"})

    client = connect(await serve(handler))
    with pytest.raises(NetworkError, match="cut off"):
        await client.get("x")
    assert client.requests_sent == 3


@pytest.mark.parametrize("encoding", ["gzip", "br"])
async def test_damaged_or_unknown_compression_is_a_protocol_error(serve, connect, encoding):
    async def handler(request, reply):
        await reply.send(200, b"not compressed at all", {"content-encoding": encoding})

    with pytest.raises(ProtocolError, match="unusable"):
        await connect(await serve(handler)).get("x")


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_of_600_mb_is_refused_without_using_memory(serve, connect, announced):
    block = b"x" * 262_144
    sent = 0

    async def handler(request, reply):
        nonlocal sent
        head = {"content-length": str(600 * 2**20)} if announced else {"transfer-encoding": "chunked"}
        await reply.raw(reply.head(200, head))
        for _ in range(2400):
            sent += len(block)
            await reply.raw(block if announced else b"%x\r\n%s\r\n" % (len(block), block))

    client = connect(await serve(handler), max_body_bytes=2**20)
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError, match="more than 1048576 bytes"):
            await client.get("x")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * 2**20
    assert sent < 64 * 2**20


async def test_a_decompression_bomb_is_refused_without_being_expanded(serve, connect):
    import gzip

    bomb = gzip.compress(b"\0" * (40 * 2**20), 1)

    async def handler(request, reply):
        await reply.send(200, bomb, {"content-encoding": "gzip"})

    client = connect(await serve(handler), max_body_bytes=2**20)
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError, match="more than 1048576 bytes"):
            await client.get("x")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * 2**20


async def test_something_else_than_http_is_a_network_error(serve, connect):
    async def handler(request, reply):
        await reply.raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")

    with pytest.raises(NetworkError):
        await connect(await serve(handler), retry=ONCE).get("x")


@pytest.mark.parametrize("secret", ["line\nbreak-123", "nul\0byte-123"])
async def test_a_secret_that_cannot_be_sent_is_explained_without_showing_it(serve, connect, secret):
    async def handler(request, reply):
        await reply.send(200)

    server = await serve(handler)
    with pytest.raises(ProtocolError, match="line breaks") as caught:
        await connect(server, auth=HeaderAuth({"key": secret})).get("x")
    shown = "".join(traceback.format_exception(caught.value))
    assert "break-123" not in shown
    assert "byte-123" not in shown
    assert server.requests == []


async def test_header_values_outside_ascii_are_sent_as_utf_8(serve, connect):
    async def handler(request, reply):
        await reply.send(200)

    server = await serve(handler)
    await connect(server, auth=HeaderAuth({"user": "jürgen"})).get("x")
    assert server.requests[0].headers["user"].encode("latin-1").decode() == "jürgen"
