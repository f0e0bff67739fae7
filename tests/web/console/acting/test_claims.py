"""A claim in the browser, from a ticket to the money: drafted, edited, checked, sent, followed, and recorded."""

import re

import pytest

from servicedesk_core import Actor, ServiceDesk, Way
from servicedesk_core.testing import FakeClock
from tests.claims.conftest import (  # noqa: F401  # fixtures
    NOW,
    Vendor,
    copied_url,
    filled_database,
    filled_file,
    home,
    new_home,
    vendor,
)
from tests.web.console.acting.conftest import fields_of, followed, opened, sent

PEOPLE = '\n[people.ana]\nroles = ["service-manager"]\n\n[people.ben]\nroles = ["technician"]\n'


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
async def desk(home, clock):  # noqa: F811  # a fixture
    home.write_text(home.read_text(encoding="utf-8") + PEOPLE, encoding="utf-8")
    async with ServiceDesk.open(home, clock=clock, actor=Actor("user:ana", Way.CLI)) as opened:
        yield opened


async def test_a_claim_goes_its_whole_way_in_the_browser(browser, desk, vendor):  # noqa: F811  # a fixture
    ana = await browser("ana")
    page, action = await opened(ana, "/acts/claims/new?ticket=T50&connection=psa")
    assert "Notebook does not start" in page, "the ticket that it is for"
    assert '<option value="advance_replacement">' in page
    assert fields_of(page)["part"].startswith("<textarea")
    wrong = await ana.post(action, {"part": "P1:none", "_do": "look"}, 422)
    assert "holds no number" in wrong.text
    page = await followed(ana, await ana.post(action, {"part": "P1\nP2:2:SN9", "_do": "look"}))
    name = re.search(r"SD-\w+", page.text).group()
    assert f'<a href="/acts/claims/check?claim={name}">' in page.text, "what comes next is a link, and no command"
    draft = (await desk.claims.get(name)).draft
    assert [(one.part_number, str(one.quantity)) for one in draft.lines] == [("P1", "1"), ("P2", "2")]

    page, action = await opened(ana, f"/acts/claims/edit?claim={name}")
    assert "Swapped the memory" not in page.partition('class="form"')[2], "what is not written stays"
    assert "Notebook does not start" in page, "what it says now is shown beside the form"
    await followed(ana, await ana.post(action, {"symptom": "Beeps three times", "part": "P1", "_do": "look"}))
    draft = (await desk.claims.get(name)).draft
    assert (draft.symptom, draft.troubleshooting, len(draft.lines)) == ("Beeps three times", "Swapped the memory.", 1)

    assert "can be sent" in (await sent(ana, f"/acts/claims/check?claim={name}", _do="look")).text
    _, action = await opened(ana, f"/acts/claims/submit?claim={name}")
    shown = await ana.post(action, {"_do": "look"}, 200)
    assert "Beeps three times" in shown.text
    digest = fields_of(shown.text)["_shown"]
    agreed = {"_do": "agreed", "_shown": re.search(r'value="([^"]*)"', digest).group(1)}
    await followed(ana, await ana.post(action, agreed))
    (held,) = vendor.held()
    assert held["symptom"] == "Beeps three times"

    vendor.say("C1", "Approved by maker", status="approved")
    assert "maker" in (await sent(ana, "/acts/claims/poll", all="true", _do="look")).text
    shown = (await ana.get(f"/records/claims/show?claim={name}")).text
    assert "approved (Approved by maker)" in shown
    assert f'href="/acts/claims/record?claim={name}"' in shown, "what can be done stands at the claim"
    listed = (await ana.get("/lists/claims/list?all=true")).text
    assert 'href="/acts/claims/new"' in listed
    assert 'href="/tickets/T50?connection=psa"' in listed, "the ticket is of the PSA, and not of its manufacturer"
    assert "/acts/claims/new?ticket=T50" in (await ana.get("/tickets/T50")).text
    answer = {"credit": "parts:approved:120.50:EUR", "status": "closed", "_do": "look"}
    await sent(ana, f"/acts/claims/record?claim={name}", **answer)
    assert "120.5" in (await ana.get(f"/records/claims/show?claim={name}")).text


@pytest.mark.slow
async def test_who_may_not_draft_is_not_offered_it(browser, desk):
    ben = await browser("ben")
    assert "/acts/claims/record" not in (await ben.get("/lists/claims/list")).text
    await ben.get("/acts/claims/record", 403)
