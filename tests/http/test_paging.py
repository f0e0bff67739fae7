"""Paginators over a real server."""

from dataclasses import replace

import pytest

from servicedesk_core.errors import ProtocolError
from servicedesk_core.http import CursorPages, KeysetPages, LinkPages, NumberedPages, OffsetPages, Route

ROWS = [{"id": number} for number in range(1, 24)]


def beyond(request, key):
    return replace(request, json={**(request.json or {}), "after": key})


async def collect(pages):
    seen, lasts = [], []
    async for page in pages:
        seen += page.items
        lasts.append(page.last)
    return seen, lasts


@pytest.fixture
async def vendor(serve):
    """Serves ROWS in every way."""

    async def handler(request, reply):
        query, style = request.query, request.path.rsplit("/", 1)[-1]
        if style == "keyset":
            after = request.json().get("after", 0)
            await reply.send(200, {"items": [row for row in ROWS if row["id"] > after][:5]})
        elif style == "number":
            page = int(query["page"])
            await reply.send(200, {"items": ROWS[(page - 1) * 5 : page * 5], "meta": {"pages": 5, "rows": 23}})
        elif style == "offset":
            start = int(query["offset"])
            await reply.send(200, {"items": ROWS[start : start + min(int(query["limit"]), 4)], "total": len(ROWS)})
        elif style == "cursor":
            start = int(query.get("cursor", "0"))
            following = str(start + 5) if start + 5 < len(ROWS) else None
            await reply.send(200, {"items": ROWS[start : start + 5], "cursor": following})
        elif style == "link":
            start = int(query.get("start", "0"))
            link = f"{server.url}/api/link?start={start + 5}" if start + 5 < len(ROWS) else None
            headers = {"link": f'<{link}>; rel="next", <{server.url}>; rel="first"'} if link else {}
            await reply.send(200, {"items": ROWS[start : start + 5], "page": {"next": link}}, headers)

    server = await serve(handler)
    return server


KEYSET = KeysetPages(items_at="items", page_size=5, after=beyond)


@pytest.mark.parametrize(
    ("asked", "paginator", "pages"),
    [
        ("POST keyset", KEYSET, 5),
        ("POST keyset", replace(KEYSET, stop="empty"), 6),
        ("GET number", NumberedPages(items_at="items", page_size=5), 5),
        ("GET number", NumberedPages(items_at="items", page_size=5, total_pages_at="meta.pages"), 5),
        ("GET number", NumberedPages(items_at="items", page_size=8, total_at="meta.rows"), 5),  # capped at 5
        ("GET offset", OffsetPages(items_at="items", page_size=5, total_at="total"), 6),
        ("GET offset", OffsetPages(items_at="items", page_size=5, stop="empty"), 7),
        ("GET offset", OffsetPages(items_at="items", page_size=4), 6),
        ("GET cursor", CursorPages(items_at="items", cursor_at="cursor"), 5),
        ("GET link", LinkPages(items_at="items", link_at="page.next"), 5),
        ("GET link", LinkPages(items_at="items"), 5),
        ("POST link", LinkPages(items_at="items", link_at="page.next"), 5),
    ],
)
async def test_every_item_comes_once_and_the_last_page_says_so(vendor, connect, asked, paginator, pages):
    method, path = asked.split()
    client = connect(vendor, routes=(Route("POST", "/keyset"), Route("POST", "/link")))
    rows, lasts = await collect(client.paginate(paginator, method, path, json={"filter": "all"}))
    assert rows == ROWS
    assert lasts == [False] * (pages - 1) + [True]
    assert len(vendor.requests) == pages
    assert {request.method for request in vendor.requests} == {method}
    assert all(request.json()["filter"] == "all" for request in vendor.requests)


async def test_paging_resumes_from_a_kept_request(vendor, connect):
    client = connect(vendor)
    paginator = NumberedPages(items_at="items", page_size=5)
    pages = client.paginate(paginator, "GET", "number")
    first = await anext(pages)
    await pages.aclose()
    rest, _ = await collect(client.paginate(paginator, "GET", "number", params=first.next.params))
    assert list(first.items) + rest == ROWS


async def test_a_total_is_not_believed_to_be_reached_where_the_paging_was_resumed(vendor, connect):
    paginator = NumberedPages(items_at="items", page_size=8, total_at="meta.rows")
    rest, _ = await collect(connect(vendor).paginate(paginator, "GET", "number", params={"page": 3}))
    assert rest == ROWS[10:]


async def test_keys_may_be_numbers_that_come_as_text(serve, connect):
    keys = [str(number) for number in range(7, 13)]

    async def handler(request, reply):
        beyond = int(request.query.get("after", 0))
        await reply.send(200, [{"id": key} for key in keys if int(key) > beyond][:2])

    def after(request, key):
        return request.with_params(after=key)

    client = connect(await serve(handler))
    with pytest.raises(ProtocolError, match="rising order"):
        await collect(client.paginate(KeysetPages(page_size=2, after=after), "GET", "list"))
    rows, _ = await collect(client.paginate(KeysetPages(page_size=2, after=after, in_order=int), "GET", "list"))
    assert [row["id"] for row in rows] == keys


async def test_empty_pages_are_not_the_end_where_the_last_one_is_known(serve, connect):
    pages = {"1": [1, 2], "2": [], "3": [3]}

    async def handler(request, reply):
        await reply.send(200, pages[request.query["page"]])

    client = connect(await serve(handler))
    rows, lasts = await collect(client.paginate(NumberedPages(page_size=2, last_page=3), "GET", "list"))
    assert (rows, lasts) == ([1, 2, 3], [False, False, True])


async def test_of_a_link_to_another_host_only_its_parameter_is_taken(serve, connect):
    async def handler(request, reply):
        on = int(request.query.get("pageId", 0))
        link = f'<https://internal.example.com/rows?pageId={on + 1}&pageSize=1>; rel="next"'
        await reply.send(200, [on], {"link": link} if on < 2 else {})

    server = await serve(handler)
    client = connect(server)
    with pytest.raises(ProtocolError, match="not an origin"):
        await collect(client.paginate(LinkPages(), "GET", "rows", params={"pageSize": 1}))
    rows, _ = await collect(client.paginate(LinkPages(take=("pageId",)), "GET", "rows", params={"pageSize": 1}))
    assert rows == [0, 1, 2]
    assert server.requests[-1].query == {"pageSize": "1", "pageId": "2"}


def scripted(*bodies):
    left = list(bodies)

    async def handler(request, reply):
        await reply.send(200, left.pop(0) if len(left) > 1 else left[0])

    return handler


@pytest.mark.parametrize(
    ("paginator", "bodies", "complaint"),
    [
        (KEYSET, [{"items": [{"id": 3}, {"id": 2}, {"id": 5}, {"id": 6}, {"id": 7}]}], "rising order"),
        (KEYSET, [{"items": [{"id": n} for n in (1, 2, 3, 4, None)]}], "rising order"),
        (KEYSET, [{"items": [{"id": n} for n in range(5)]}], "circle|twice"),
        (KEYSET, [{"items": None}], "no list under 'items'"),
        (KEYSET, [[1, 2]], "no list under 'items'"),
        (LinkPages(items_at="items", link_at="next"), [{"items": [], "next": "same"}], "circle"),
        (LinkPages(items_at="items", link_at="next"), [{"items": [], "next": 5}], "not text"),
        (LinkPages(), [{"items": []}], "no list as its body"),
        (NumberedPages(items_at="items", page_size=2), [{"items": [{"id": 1}, {"id": 2}]}], "same page twice"),
        (LinkPages(items_at="i", link_at="next", take=("id",)), [{"i": [], "next": "https://x.example.com"}], "no id"),
        (LinkPages(items_at="i", link_at="next", take=("id",)), [{"i": [], "next": "http://[x"}], "no id"),
        (
            NumberedPages(items_at="i", page_size=2, total_at="n"),
            [{"i": [1, 2], "n": 5}, {"i": [], "n": 5}],
            "empty page came after 2 of 5",
        ),
        (
            OffsetPages(items_at="i", page_size=2, total_at="n"),
            [{"i": [1, 2], "n": 5}, {"i": [], "n": 5}],
            "empty page",
        ),
        (CursorPages(items_at="items", cursor_at="next"), [{"items": [], "next": "c"}], "circle"),
        (CursorPages(items_at="items", cursor_at="next", more_at="more"), [{"items": [], "more": True}], "no cursor"),
    ],
)
async def test_paging_that_would_lose_or_repeat_items_is_an_error(serve, connect, paginator, bodies, complaint):
    client = connect(await serve(scripted(*bodies)))
    with pytest.raises(ProtocolError, match=complaint) as caught:
        await collect(client.paginate(paginator, "GET", "list"))
    assert caught.value.connection == "acme"


async def test_a_cursor_can_travel_in_the_body(serve, connect):
    server = await serve(scripted({"items": [1], "c": "abc", "more": True}, {"items": [2], "c": "abc", "more": False}))
    client = connect(server, routes=(Route("POST", "/q"),))
    paginator = CursorPages(items_at="items", cursor_at="c", cursor_param="from", place="json", more_at="more")
    rows, _ = await collect(client.paginate(paginator, "POST", "q", json={"a": 1}))
    assert rows == [1, 2]
    assert [request.json() for request in server.requests] == [{"a": 1}, {"a": 1, "from": "abc"}]
