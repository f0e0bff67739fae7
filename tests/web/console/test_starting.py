"""How a console begins: who comes first waits for no page of the desk, and what cannot be shown ends it."""

import subprocess
import sys

import pytest

from servicedesk_core.features.report import lend
from servicedesk_core.web.console import app
from servicedesk_core.web.console.serving import hold_ahead, serve

COORDINATOR = {"roles": ["coordinator"], "companies": ["1"], "connection": "psa"}
LOADED = "import sys, servicedesk_core.web.console.serving; print(*sys.modules)"


@pytest.fixture
def settings(settings):
    return settings | {"people": settings["people"] | {"zoe": COORDINATOR}}


@pytest.mark.slow
def test_who_signs_in_waits_for_no_page_of_the_desk_to_be_imported():
    ran = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    features = {name.split(".")[2] for name in ran.stdout.split() if name.startswith("servicedesk_core.features.")}
    assert {"signins", "people"} <= features
    assert features.isdisjoint({"desks", "kpi", "sla", "tickets", "report", "billing", "walls", "attention"})


async def test_what_cannot_be_shown_ends_the_console_and_not_only_its_pages(desk, monkeypatch):
    monkeypatch.setattr(app, "_INSIDE", "servicedesk_core.web.console.inside:nothing")
    told = []
    section = desk.settings.console.model_copy(update={"listen": "127.0.0.1:0"})
    with pytest.raises(AttributeError, match="nothing"):
        await serve(desk, section, tell=told.append)


async def test_the_open_tickets_are_held_before_anybody_asks_also_for_who_sees_a_part(desk):
    boards = lend(desk.store)
    await hold_ahead(desk)
    assert boards.whole.many == boards.part.many == await desk.tickets.count() > 0
