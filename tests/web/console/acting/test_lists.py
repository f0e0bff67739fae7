"""Rows of a list that are selected go to any act that takes such rows."""

import re
from html import unescape
from types import SimpleNamespace

import pytest

from servicedesk_core import Actor, Way
from servicedesk_core.faces import Action
from servicedesk_core.web.console.acting.taking import taking
from servicedesk_core.web.console.addresses import Addresses
from tests.web.console.acting.conftest import fields_of, selected

pytestmark = pytest.mark.slow


async def test_rows_that_are_selected_are_named_to_the_act_as_it_takes_them(browser):
    cay = await browser("cay")
    page = await cay.get("/lists/tickets/list")
    words = [unescape(word) for word in re.findall(r'name="select" value="([^"]*)"', page.text)]
    assert sorted(words) == [f"ticket=T{number}&connection=psa" for number in range(1, 6)]
    assert 'formaction="/acts/tickets/update"' in page.text
    assert 'data-key="a"' in page.text
    form, _ = await selected(cay, "assign", *words[:2])
    assert form.count('class="about"') == 2, "also where the act takes all of them itself"
    form, _ = await selected(cay, "tickets/update", *words[:2])
    assert "2 records" in form
    assert {"technician", "reason"} <= fields_of(form).keys()
    form, _ = await selected(cay, "tickets/update", words[0])
    assert "_seen" in fields_of(form), "of one row the form is that of its record"
    ada = await (await browser("ada")).get("/lists/tickets/list")
    assert 'name="select"' not in ada.text, "nothing can be done with them"


@pytest.mark.parametrize("people", [{}])
async def test_each_list_offers_the_acts_on_what_its_rows_lead_to(desk):
    addresses = Addresses.of(desk.features)

    visit = SimpleNamespace(may=lambda offer: desk.acting_as(Actor("user:all", Way.CONSOLE)).may(offer.needs))
    lists = (one for one in addresses.offers.values() if not isinstance(one, Action))
    taken = {one.name: taking(visit, addresses.offers, one) for one in lists}
    acts = {name: {act.href for act in one.acts} for name, one in taken.items() if one}
    assert "/acts/claims/submit" in acts["claims.list"]
    assert "/acts/quarantine/retry" in acts["quarantine.list"]
    assert "/acts/parts/return" in acts["parts.taken"]
    assert "/acts/quality/review" in acts["quality.reviews"]
    assert "/acts/sla/exempt" in acts["sla.breached"]
    assert {*taken["sla.breached"].named} >= {"ticket", "clock", "cycle"}


async def test_five_thousand_rows_are_selected_and_the_form_says_what_they_are(browser, desk):
    cay = await browser("cay")
    words = [f"ticket=T{number}&connection=psa" for number in range(1, 5_001)]
    form, action = await selected(cay, "tickets/update", *words)
    assert len(action) < 200, "the address does not grow with them"
    assert "5,000 records" in form
    assert form.count('class="about"') == 21
    assert "and 4,980 more" in form
    assert "5,000 records" in (await cay.get(action)).text, "whoever comes back finds them"
    await (await browser("ana")).get(action, 400)
    gone = await cay.get("/acts/tickets/update?_rows=2&_request=0", 400)
    assert "Select them again" in gone.text
