"""A request that goes well, and what is put on the wire."""

import asyncio

import pytest
from pydantic import SecretStr

from servicedesk_core.http import BasicAuth, BearerAuth, HeaderAuth, Route


async def echo(request, reply):
    await reply.send(200, {"path": request.path, "query": request.query, "items": [1, 2]})


async def test_a_relative_path_is_joined_below_the_base_url_with_parameters(serve, connect):
    server = await serve(echo)
    answer = await connect(server).get("/Tickets/7?x=1", params={"a": True, "b": None, "c": "ä &", "d": [1, 2]})
    assert answer.json()["path"] == "/api/Tickets/7"
    assert server.requests[0].target == "/api/Tickets/7?x=1&a=true&c=%C3%A4+%26&d=1&d=2"
    assert answer.status == 200
    assert answer.headers["Content-Type"] == answer.headers["content-type"] == "application/json"
    assert answer.url == server.url + "/api/Tickets/7"
    assert answer.route == "/Tickets/{id}"


async def test_headers_of_profile_request_and_kit_are_sent(serve, connect):
    server = await serve(echo)
    client = connect(server, headers={"X-Version": "1"}, auth=HeaderAuth({"Api-Key": SecretStr("k-123456")}))
    await client.get("x", headers={"X-More": "2"})
    sent = server.requests[0].headers
    assert (sent["x-version"], sent["x-more"], sent["api-key"]) == ("1", "2", "k-123456")
    assert sent["user-agent"].startswith("servicedesk")
    assert sent["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("auth", "sent"),
    [
        (BearerAuth("tok-123"), "Bearer tok-123"),
        (BasicAuth("Aladdin", SecretStr("open sesame")), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
    ],
)
async def test_authorization_schemes(serve, connect, auth, sent):
    server = await serve(echo)
    await connect(server, auth=auth).get("x")
    assert server.requests[0].headers["authorization"] == sent
    assert "tok-123" not in repr(auth)
    assert "sesame" not in repr(auth)


async def test_json_bodies_go_out_as_json(serve, connect):
    server = await serve(echo)
    client = connect(server, routes=(Route("POST", "/Tickets/query"),))
    await client.post("Tickets/query", json={"filter": [{"op": "gt", "value": 3}]})
    assert server.requests[0].json() == {"filter": [{"op": "gt", "value": 3}]}
    assert server.requests[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw deflate", "two members"])
async def test_compressed_bodies_are_decoded(serve, connect, encoding):
    import gzip
    import zlib

    plain = b'{"items":[' + b"1," * 5000 + b"1]}"
    raw = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": gzip.compress(plain),
        "deflate": zlib.compress(plain),
        "raw deflate": raw.compress(plain) + raw.flush(),
        "two members": gzip.compress(plain[:400]) + gzip.compress(plain[400:]),
    }[encoding]

    async def handler(request, reply):
        name = "deflate" if "deflate" in encoding else "gzip"
        await reply.send(200, packed, {"content-encoding": name})

    answer = await connect(await serve(handler)).get("x")
    assert answer.content == plain
    assert len(answer.json()["items"]) == 5001


async def test_chunked_bodies_and_byte_order_marks_are_read(serve, connect):
    async def handler(request, reply):
        await reply.raw(reply.head(200, {"transfer-encoding": "chunked"}))
        for part in (b"\xef\xbb\xbf[1,", b"2]"):
            await reply.raw(b"%x\r\n%s\r\n" % (len(part), part))
        await reply.raw(b"0\r\n\r\n")

    assert (await connect(await serve(handler)).get("x")).json() == [1, 2]


async def test_connections_are_reused_and_requests_counted(serve, connect):
    server = await serve(echo)
    client = connect(server)
    for _ in range(5):
        await client.get("x")
    assert server.connections == 1
    assert client.requests_sent == 5


async def test_requests_may_overlap(serve, connect):
    server = await serve(echo)
    client = connect(server)
    answers = await asyncio.gather(*(client.get(f"t/{number}") for number in range(20)))
    assert [answer.json()["path"] for answer in answers] == [f"/api/t/{number}" for number in range(20)]


async def test_a_closed_client_refuses_to_work(serve, connect):
    client = connect(await serve(echo))
    await client.get("x")
    await client.aclose()
    await client.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        await client.get("x")


async def test_hooks_see_every_exchange_and_retry_without_bodies_or_queries(serve, connect):
    events = []
    statuses = iter([503, 200])

    async def handler(request, reply):
        await reply.send(next(statuses), {"secret": "body"})

    client = connect(await serve(handler), hooks=(events.append,))
    await client.get("t/99", params={"token": "q-secret"})
    assert [(event.kind, event.attempt, event.status) for event in events] == [
        ("start", 1, None),
        ("end", 1, 503),
        ("retry", 1, None),
        ("start", 2, None),
        ("end", 2, 200),
    ]
    assert events[2].wait_s > 0
    assert events[2].error == "vendor_unavailable"
    assert {event.route for event in events} == {"/t/{id}"}
    assert events[-1].bytes_received == len('{"secret": "body"}')
    assert "secret" not in repr(events)
