"""A body that is taken while it comes, as it is or out of JSON."""

import base64
import gzip
import io
import json
import tracemalloc

import pytest

from servicedesk_core.errors import NotFoundError, ProtocolError, RejectedError, TooLargeError
from servicedesk_core.hooks.content import Content
from servicedesk_core.http import EmbeddedContent

BLOCK = bytes(range(256)) * 1_024


async def test_a_body_of_40_mb_is_never_in_memory(serve, connect, tmp_path):
    async def handler(request, reply):
        await reply.raw(reply.head(200, {"content-length": str(160 * len(BLOCK))}))
        for _ in range(160):
            await reply.raw(BLOCK)

    client = connect(await serve(handler), max_body_bytes=2**20)
    with (tmp_path / "file").open("w+b") as file:
        into = Content(file, 100 * 2**20)
        tracemalloc.start()
        try:
            answer = await client.get("x", into=into)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert (answer.content, into.size_bytes) == (b"", 160 * len(BLOCK))
    assert peak < 16 * 2**20


@pytest.mark.parametrize("packed", [False, True])
async def test_more_than_is_taken_ends_the_request(serve, connect, packed):
    body = b"\0" * (40 * 2**20)

    async def handler(request, reply):
        await reply.send(
            200, gzip.compress(body, 1) if packed else body, {"content-encoding": "gzip"} if packed else {}
        )

    server = await serve(handler)
    with pytest.raises(TooLargeError, match="larger than 1,000 bytes"):
        await connect(server).get("x", into=Content(io.BytesIO(), 1_000))
    assert len(server.requests) == 1, "asking again would bring the same"


async def test_a_body_that_broke_off_begins_anew_and_errors_stay_errors(serve, connect):
    tries = []

    async def handler(request, reply):
        tries.append(request)
        if len(tries) == 1:
            await reply.raw(reply.head(200, {"content-length": str(2 * len(BLOCK))}) + BLOCK)
            await reply.close()
        else:
            await reply.send(200, BLOCK)

    into = Content(io.BytesIO(), 2**20)
    await connect(await serve(handler)).get("x", into=into)
    assert (len(tries), into.size_bytes) == (2, len(BLOCK))

    async def refuses(request, reply):
        await reply.send(400, b'{"message": "no such file"}')

    with pytest.raises(RejectedError):
        await connect(await serve(refuses)).get("x", into=into)
    assert into.size_bytes == len(BLOCK), "what explains a refusal is no content"


def taken(text: bytes, size: int, member: str = "data") -> bytes:
    file = io.BytesIO()
    taking = EmbeddedContent(member, Content(file, 2**20))
    for start in range(0, len(text), size):
        taking.write(text[start : start + size])
    taking.finish()
    return file.getvalue()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
@pytest.mark.parametrize("escaped", [False, True])
def test_content_is_taken_out_of_json_however_it_is_cut(size, escaped):
    content = bytes(range(256)) * 5
    said = {"items": [{"title": 'a "data":"bm8=" b', "data": base64.b64encode(content).decode(), "more": "data"}]}
    text = json.dumps(said).encode()
    if escaped:  # as some vendors write what could end a script
        text = text.replace(b"+", b"\\u002B").replace(b"/", b"\\/")
    assert taken(text, size) == content


def test_what_is_not_there_or_not_whole_is_told():
    with pytest.raises(NotFoundError):
        taken(b'{"items": [{"data": null}]}', 5)
    with pytest.raises(ProtocolError, match="ended within"):
        taken(b'{"items": [{"data": "AAAA', 5)
    for odd in (b"AA!A", b"AAA"):
        with pytest.raises(ProtocolError, match="no base64"):
            taken(b'{"items": [{"data": "' + odd + b'"}]}', 50)
