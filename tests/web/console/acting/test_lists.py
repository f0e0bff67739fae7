"""Rows of a list that are selected go to any act that takes such rows."""

import re
from html import unescape
from types import SimpleNamespace

import pytest

from servicedesk_core import Actor, Way
from servicedesk_core.faces import Action
from servicedesk_core.web.console.acting.taking import taking
from servicedesk_core.web.console.addresses import Addresses
from tests.web.console.acting.conftest import fields_of

pytestmark = pytest.mark.slow


async def test_rows_that_are_selected_are_named_to_the_act_as_it_takes_them(browser):
    cay = await browser("cay")
    page = await cay.get("/lists/tickets/list")
    words = [unescape(word) for word in re.findall(r'name="select" value="([^"]*)"', page.text)]
    assert sorted(words) == [f"ticket=T{number}&connection=psa" for number in range(1, 6)]
    assert 'formaction="/acts/tickets/assign"' in page.text
    assert 'data-key="a"' in page.text
    led = await cay.client.get("/acts/tickets/assign", params={"select": words[:2]})
    form = await cay.get(led.headers["location"])
    assert "2 records" in form.text
    assert fields_of(form.text).keys() == {"technician", "reason"}
    ada = await (await browser("ada")).get("/lists/tickets/list")
    assert 'name="select"' not in ada.text, "nothing can be done with them"


@pytest.mark.parametrize("people", [{}])
async def test_each_list_offers_the_acts_on_what_its_rows_lead_to(desk):
    addresses = Addresses.of(desk.features)

    visit = SimpleNamespace(desk=desk.acting_as(Actor("user:all", Way.CONSOLE)))
    lists = (one for one in addresses.offers.values() if not isinstance(one, Action))
    taken = {one.name: taking(visit, addresses.offers, one) for one in lists}
    acts = {name: {act.href for act in one.acts} for name, one in taken.items() if one}
    assert "/acts/claims/submit" in acts["claims.list"]
    assert "/acts/quarantine/retry" in acts["quarantine.list"]
    assert "/acts/parts/return" in acts["parts.taken"]
    assert "/acts/quality/review" in acts["quality.reviews"]
    assert "/acts/sla/exempt" in acts["sla.breached"]
    assert {*taken["sla.breached"].named} >= {"ticket", "clock", "cycle"}
