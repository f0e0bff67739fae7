"""A feature of somebody else, made from the page that explains how, installed for real."""

import json
import re
from datetime import timedelta

import pytest

from servicedesk_core.clock import SystemClock
from servicedesk_core.domain import Company, StatusCategory, Ticket
from tests.examples.pages import Tutorial, desk_with, servicedesk, told_at_once, told_by

PAGE = Tutorial("first-feature.md", "noisy_clients")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a function that runs Python on a desk with two clients, with the feature installed."""
    pytest.importorskip("hatchling")
    source, site, folder = (tmp_path_factory.mktemp(name) for name in ("noisy", "site", "desk"))
    PAGE.install(source, site)
    return desk_with(_records(), folder, site)


def _records():
    now = SystemClock().now()
    yield from (Company(external_id="1", name="Harbor Dental"), Company(external_id="2", name="Mill & Sons"))
    made = [("1", days) for days in (1, 2, 3, 10, 11, 12, 13)] + [("2", 1), ("2", 20), ("1", 90)]
    for number, (client, days) in enumerate(made):
        category = StatusCategory.CLOSED if days in {13, 90} else StatusCategory.NEW
        created = now - timedelta(days=days)
        yield Ticket(
            external_id=str(number), status_category=category, company_ref=client, created_at=created, title=""
        )


def test_the_example_is_what_the_page_shows():
    assert {name: text for name, text in PAGE.files.items() if not name.startswith("use_it")} == PAGE.made


def test_the_page_has_a_session():
    assert [line.split()[1] for line, _ in PAGE.session] == ["list", "list", "kpis", "overview"]


@pytest.mark.parametrize(("line", "told"), PAGE.session, ids=lambda text: text.partition("\n")[0])
def test_a_command_of_the_page_tells_what_the_page_shows(run, line, told):
    ran = servicedesk(run, line)
    assert (ran.returncode, told_by(ran)) == (0, told.splitlines())


def test_the_program_of_the_page_prints_what_the_page_shows(run):
    ran = run("-c", PAGE.files["use_it.py"])
    assert (ran.stdout, ran.stderr) == (PAGE.files["use_it.txt"], "")


def test_each_of_them_is_a_document(run):
    listed, measured, shown = (
        json.loads(servicedesk(run, f"noisy {name} --json").stdout) for name in ("list", "kpis", "overview")
    )
    assert listed["schema"] == "servicedesk.noisy.list/1"
    assert measured["data"]["items"][0]["value"] == 1
    assert [block["kind"] for block in shown["data"]["blocks"]] == ["figures", "table", "series"]
    assert shown["data"]["blocks"][1]["rows"] == listed["data"]["items"]
    assert sum(point["value"] for point in shown["data"]["blocks"][2]["points"]) == 9


def test_the_dashboard_is_a_page_for_a_terminal_and_for_a_browser(run):
    told = servicedesk(run, "noisy overview").stdout
    assert [line for line in told.splitlines() if line in {"Now", "Last 30 days", "New tickets a week"}] == [
        "Now",
        "Last 30 days",
        "New tickets a week",
    ]
    ran = servicedesk(run, "noisy overview --html page.html")
    assert ran.returncode == 0, ran.stderr
    page = run("-c", "print(open('page.html', encoding='utf-8').read())").stdout
    assert "Mill &amp; Sons" in page
    assert "Clients with more than 5 new tickets" in page
    assert not re.search(r"style=|\son\w+=|https?://", page)


def test_the_reference_has_it(run):
    told = told_at_once(run, "docs commands", "docs figures", "docs documents", "docs noisy.list")
    assert "`servicedesk noisy overview`" in told
    assert "Clients with more than 5 new tickets" in told
    assert "`servicedesk.noisy.overview/1`" in told
    assert '"title": "servicedesk.noisy.list/1"' in told


def test_a_client_sees_its_own_alone(run):
    program = (
        "from servicedesk_core import BlockingServiceDesk, Scope\n"
        "from servicedesk_noisy.queries import NoisyClients\n"
        "with BlockingServiceDesk.open() as desk:\n"
        "    scope = Scope('psa', companies='2')\n"
        "    print([one.client for one in desk.call(NoisyClients.clients, scope=scope)])\n"
        "    board = desk.call(NoisyClients.overview, scope=scope)\n"
        "    print(board.blocks[0].figures[0].denominator, [one.client for one in board.blocks[1].rows])\n"
    )
    assert run("-c", program).stdout == "['Mill & Sons']\n1 ['Mill & Sons']\n"


def test_switched_off_it_is_gone_and_said_to_be(run):
    ran = servicedesk(run, "noisy list", SERVICEDESK_DISABLE_PLUGINS="noisy")
    assert (ran.returncode, "is disabled" in ran.stderr) == (2, True)
