"""A major incident in a browser, from the tickets that it hits to what came of it."""

import re

import pytest

from tests.incidents.test_telling import TEXT, told
from tests.web.console.acting.conftest import fields_of, followed, opened
from tests.web.console.conftest import browser, features

__all__ = ["browser", "features"]

pytestmark = pytest.mark.slow


async def agreed(mia, path, **words):
    """Fill a form in, look at what it would do, agree; return what was shown, and the page that tells what became."""
    _, action = await opened(mia, path)
    shown = await mia.post(action, words | {"_do": "look"}, 200)
    digest = re.search(r'value="([^"]*)"', fields_of(shown.text)["_shown"]).group(1)
    page = await followed(mia, await mia.post(action, words | {"_do": "agreed", "_shown": digest}))
    return shown.text, page.text


async def test_it_goes_its_whole_way_in_the_browser(hit, vendor, browser):
    mia = await browser("mia")
    shown, page = await agreed(mia, "/acts/incidents/declare", title="Mail is down", ticket="T1\nT3")
    assert "Our own ticket, which no client reads" in shown
    assert "Mail is down" in page
    assert [one.tickets for one in await hit.incidents.list()] == [2]
    service = (await mia.get("/desks/service")).text
    assert "Major incidents" in service
    assert "/records/incidents/show?number=1" in service
    assert "Mail is down" in (await mia.get("/tickets/T3?connection=psa")).text
    record = (await mia.get("/records/incidents/show?number=1")).text
    assert "/acts/incidents/update?number=1" in record, "what can be done with it stands on its page"
    shown, page = await agreed(mia, "/acts/incidents/update?number=1", text=TEXT)
    assert TEXT in shown
    assert told(vendor) == ["1", "3"]
    shown, page = await agreed(mia, "/acts/incidents/link?number=1", ticket="T4")
    assert [one.tickets for one in await hit.incidents.list()] == [3]
    await agreed(mia, "/acts/incidents/close?number=1")
    assert "A switch" not in (await mia.get("/records/incidents/report?number=1")).text
    assert (await hit.incidents.list()).items == ()
