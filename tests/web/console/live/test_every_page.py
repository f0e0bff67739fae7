"""Pages that are live are made of parts that show the same as long as nothing happens."""

import httpx
import pytest

from servicedesk_core.features import signins
from servicedesk_core.web.console.addresses import Addresses, address_of
from servicedesk_core.web.console.app import application
from servicedesk_core.web.console.live.cutting import pieces
from servicedesk_core.web.console.live.reader import Reader

pytestmark = pytest.mark.slow

OWN = ("/approvals", "/me", "/tickets/T1")


async def test_parts_of_a_page_are_the_same_each_time_it_is_made(desk, clock):
    offers = Addresses.of(desk.features).offers.values()
    pages = [address_of(one) for one in offers if not any(field.required for field in one.parameters)]
    cookie = await desk.store.write(lambda tx: signins.begin(tx, "ana", clock.now(), desk.roster, signins.Browser()))

    async def made():
        """Return the live pages with their parts, made by a process that remembers nothing."""
        transport = httpx.ASGITransport(application(desk, desk.features, desk.settings.console))
        headers = {"Cookie": f"__Host-servicedesk={cookie}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
            shown = {page: (await client.get(page)).text for page in (*pages, *OWN)}
        return {page: html for page, html in shown.items() if " data-live=" in html}

    before = await Reader(desk.store).look()
    first, second = await made(), await made()
    assert await Reader(desk.store).look() == before, "else open pages would keep each other busy"
    assert len(first) > len(pages) / 2
    assert {page for page in first if not pieces(first[page]).keys() - {"as-of", "trust"}} == set()
    assert {page for page in first if first[page].count("<live-block") != len(pieces(first[page]))} == set()
    assert {
        (page, name)
        for page in first
        for name, one in pieces(first[page]).items()
        if one.version != pieces(second[page])[name].version
    } == set()
