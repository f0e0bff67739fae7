"""The schedule in a browser without script: hours, appointments that are moved, and booking from a ticket."""

import re
from datetime import timedelta

import pytest

from servicedesk_core.domain import Appointment, Technician
from tests import stored
from tests.web.console.conftest import NOW


@pytest.fixture
async def planned(desk):
    rows = (
        Technician(external_id="7", name="Ben Roy"),
        Appointment(external_id="service-call-5", ticket_refs=("1",), technician_refs=("7",), company_ref="1",
                    title="Visit", start_at=NOW + timedelta(hours=2), end_at=NOW + timedelta(hours=3)),
    )  # fmt: skip
    await desk.store.write(lambda tx: stored.put(tx, rows, now=NOW))


@pytest.mark.usefixtures("planned")
async def test_the_schedule_leads_to_moving_and_cancelling(browser):
    ana = await browser()
    page = (await ana.get("/desks/schedule/show?day=2026-11-09")).text
    assert "Ben Roy" in page
    assert len(re.findall(r"<td[^>]*>\s*(?:<[^>]+>)*\s*A\s*<", page)) == 1, "one hour of one day"
    acts = re.findall(r'formaction="(/acts/appointments/[a-z]+)', page)
    assert {"/acts/appointments/move", "/acts/appointments/cancel"} <= set(acts)
    moved = await ana.get("/acts/appointments/move?appointment=service-call-5&connection=psa", status=303)
    form = (await ana.get(moved.headers["location"])).text
    assert "service-call-5" in form
    assert {"start-at", "minutes", "technician"} <= set(re.findall(r'name="([a-z-]+)"', form))


@pytest.mark.usefixtures("planned")
async def test_a_ticket_leads_to_booking_and_a_client_sees_neither(browser):
    ana, eve = await browser(), await browser("eve")
    page = (await ana.get("/tickets/T1?connection=psa")).text
    assert "/acts/appointments/book?ticket=T1" in page
    await eve.get("/desks/schedule/show", status=403)
    assert "/acts/appointments/book" not in (await eve.get("/tickets/T1?connection=psa")).text


@pytest.mark.usefixtures("planned")
async def test_free_time_leads_to_the_form_that_books_it_filled_in(browser):
    ana = await browser()
    for address in ("/desks/schedule/show?day=2026-11-09", "/lists/appointments/slots?day=2026-11-09&days=1&ticket=T1"):
        page = (await ana.get(address)).text
        link = re.search(r'href="(/acts/appointments/book[?][^"]*technician=7[^"]*)"', page)
        assert link is not None, address
        made = await ana.get(link[1].replace("&amp;", "&"), status=303)
        form = (await ana.get(made.headers["location"])).text
        assert re.search(r'name="technician"[^>]*value="7"|value="7"[^>]*selected', form)
        assert re.search(r'name="start-at"[^>]*value="2026-11-09T', form)
        assert re.search(r'name="minutes"[^>]*value="60"', form)
    assert "T1" in form, "of a ticket the form is for that"


@pytest.mark.usefixtures("planned")
async def test_what_is_missing_leads_to_the_act_that_closes_it(browser, desk):
    start = NOW + timedelta(days=1, hours=2)
    two = [Appointment(external_id=ref, technician_refs=("7",), company_ref="1", title="Visit", start_at=start,
                       end_at=start + timedelta(hours=1)) for ref in ("service-call-6", "service-call-7")]  # fmt: skip
    await desk.store.write(lambda tx: stored.put(tx, two, now=NOW))
    ana = await browser()
    page = (await ana.get("/desks/plan/week")).text
    assert re.search(r'<a href="/acts/appointments/move[?]appointment=service-call-7[^"]*"', page)
    await (await browser("eve")).get("/desks/plan/week", status=403)


@pytest.mark.usefixtures("planned")
async def test_an_hour_leads_to_booking_it_or_to_the_appointments_that_take_it(browser):
    ana = await browser()
    page = (await ana.get("/desks/schedule/show?day=2026-11-09")).text
    free = re.findall(r'href="(/acts/appointments/book[?][^"]*)"[^>]*>\s*·', page)
    taken = re.findall(r'href="(/lists/appointments/list[?][^"]*technician=Ben[^"]*)"[^>]*>\s*A', page)
    assert len(taken) == 1
    assert "Visit" in (await ana.get(taken[0].replace("&amp;", "&"))).text
    made = await ana.get(free[0].replace("&amp;", "&"), status=303)
    form = (await ana.get(made.headers["location"])).text
    hour = re.search(r"start-at=2026-11-09T(\d\d)", free[0].replace("%3A", ":"))[1]
    assert re.search(rf'name="start-at"[^>]*value="2026-11-09T{hour}:00', form)
    assert re.search(r'name="technician"[^>]*value="7"|value="7"[^>]*selected', form)
