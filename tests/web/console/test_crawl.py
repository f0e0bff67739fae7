"""Every link of the console, followed by each role: none is dead, nothing fails, nothing is told of other clients."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from servicedesk_core.faces import Query
from servicedesk_core.web.console.addresses import Addresses, address_of
from servicedesk_core.web.console.app import application
from servicedesk_core.web.console.visiting import COOKIE
from tests.golden.hostile_desk import PAGE
from tests.web.console.filled import HIDDEN, cookie_of, fill, opened

ORIGIN = "http://localhost:9189"
_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
_OWN_WORDS = {"sort", "after", "limit", "columns"}
_EACH = 2
"""Of links that differ in their values only, so many are followed."""


@pytest.fixture
async def desk(tmp_path, empty_store):
    async with opened(tmp_path, empty_store) as filled:
        await fill(filled, tmp_path)
        yield filled


@pytest.fixture
async def visitor(desk):
    """Return a coroutine function that gives somebody a client that is signed in."""
    transport = httpx.ASGITransport(application(desk, desk.features, desk.settings.console))
    clients = []

    async def signed_in(person):
        client = httpx.AsyncClient(transport=transport, base_url=ORIGIN)
        client.headers["Cookie"] = f"{COOKIE}={await cookie_of(desk, person)}"
        clients.append(client)
        return client

    yield signed_in
    for client in clients:
        await client.aclose()


def kind_of(address):
    """What kind of link it is: its path without numbers, and the names of what it is given."""
    parts = urlsplit(address)
    path = re.sub(r"^(/tickets|/approvals)/.+", r"\1/…", parts.path)
    return path, tuple(sorted({name for name, _ in parse_qsl(parts.query)}))


async def pages_of(client, starts):
    """Follow all links from some pages, and yield address, page that has it, and answer."""
    waiting, seen, kinds = [(one, "") for one in starts], set(starts), {}
    while waiting:
        address, whence = waiting.pop(0)
        answer = await client.get(address)
        yield address, whence, answer
        if "location" in answer.headers:
            found = [answer.headers["location"]]
        elif answer.headers["content-type"].startswith("text/html"):
            found = [unescape(one) for one in _LINK.findall(answer.text)]
        else:
            found = []
        for one in found:
            if one.startswith("#") or urlsplit(one).scheme or one in seen:
                continue
            seen.add(one)
            kind = kind_of(one)
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] <= (1 if _OWN_WORDS & set(kind[1]) else _EACH):
                waiting.append((one, address))


def starts_of(desk):
    """Return the first page, and that of each query that needs to be told nothing."""
    offers = Addresses.of(desk.features).offers.values()
    asked = [one for one in offers if isinstance(one, Query) and not any(each.required for each in one.parameters)]
    return ["/", "/me", *(address_of(one) for one in asked if one.name != "desks.me")]  # that is /me


@pytest.mark.slow
@pytest.mark.parametrize("person", ["ana", "ben", "otto", "eve", "mia"])
async def test_every_link_leads_somewhere(desk, visitor, person):
    wrong, told = [], []
    async for address, whence, answer in pages_of(await visitor(person), starts_of(desk)):
        is_right = answer.status_code in ({200, 300, 303} if whence else {200, 303, 400, 403})
        if not is_right:
            said = re.search(r'role="alert">(.*?)</p>', answer.text, re.DOTALL)
            wrong.append((answer.status_code, address, whence, said and unescape(said[1])))
        assert PAGE not in answer.text, address
        if person in {"eve", "mia"} and HIDDEN.casefold() in (answer.text + address).casefold():
            told.append((address, whence))
    assert (wrong, told) == ([], [])
