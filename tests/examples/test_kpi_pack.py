"""A pack of figures of somebody else, made from the page that explains how, installed for real, and broken."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core.domain import Company, StatusCategory, Technician, Ticket
from tests.examples.pages import Tutorial, desk_with, servicedesk, told_at_once, told_by

PAGE = Tutorial("kpi-pack.md", "kpi_pack")
CALLS = (
    (3, 9, 4, "1"), (3, 11, 30, "1"), (4, 14, 2, "1"), (5, 20, 14, "1"), (8, 10, 50, "1"),
    (4, 7, 6, "2"), (6, 16, 1, "2"), (7, 23, 11, "2"),
)  # fmt: skip
"""Day of March, hour, hours until it was resolved, client."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Where the pack is installed."""
    pytest.importorskip("hatchling")
    source, site = (tmp_path_factory.mktemp(name) for name in ("pulse", "site"))
    PAGE.install(source, site)
    return site


@pytest.fixture(scope="module")
def run(site, tmp_path_factory):
    """Return a function that runs Python on a desk with two clients, with the pack installed."""
    return desk_with(_records(), tmp_path_factory.mktemp("desk"), site)


def _records():
    yield from (Company(external_id="1", name="Harbor Dental"), Company(external_id="2", name="Mill & Sons"))
    yield Technician(external_id="ana", name="Ana")
    for number, (day, hour, hours, client) in enumerate(CALLS, 1):
        created = datetime(2025, 3, day, hour, tzinfo=UTC)
        yield Ticket(
            external_id=str(number),
            number=f"T{number}",
            title="",
            status_category=StatusCategory.RESOLVED,
            company_ref=client,
            assignee_ref="ana",
            created_at=created,
            resolved_at=created + timedelta(hours=hours),
        )


def test_the_example_is_what_the_page_shows():
    assert {name: text for name, text in PAGE.files.items() if not name.startswith("use_it")} == PAGE.made
    assert len(PAGE.session) == 5


def test_the_session_of_the_page_prints_what_the_page_shows(run):
    for line, told in PAGE.session:
        ran = servicedesk(run, line)
        assert (ran.returncode, told_by(ran)) == (0, told.splitlines()), line
    ran = run("-c", PAGE.files["use_it.py"])
    assert (ran.stdout, ran.stderr) == (PAGE.files["use_it.txt"], "")


def test_its_figures_stand_among_ours_on_every_face(run):
    listed = json.loads(servicedesk(run, "kpi list --period 2025-03 --json").stdout)["data"]["items"]
    theirs = {one["name"]: one for one in listed if (one["code"] or "").startswith("P")}
    assert {name: one["verdict"] for name, one in theirs.items()} == {
        "pulse-after-hours": "missed",
        "pulse-same-day": "no_goal",
    }
    assert len(listed) > len(theirs) + 30
    assert servicedesk(run, "kpi list --feature pulse --period 2025-03 --html pulse.html").returncode == 0
    page = run("-c", "print(open('pulse.html', encoding='utf-8').read())").stdout
    assert "Calls after hours" in page
    assert "&lt;= 25 %" in page
    told = told_at_once(run, "docs figures", "docs commands")
    assert "Calls after hours" in told
    assert "`servicedesk pulse kpis`" in told


@pytest.mark.parametrize(
    ("broken", "is_listed"),
    [("raise RuntimeError('not today')", False), ("OPENS = None", True)],
    ids=["import", "measure"],
)
def test_broken_it_breaks_nothing_else(run, site, broken, is_listed):
    module = site / "servicedesk_pulse" / "kpis.py"
    sound = module.read_text()
    module.write_text(f"{sound}\n{broken}\n")
    try:
        listed = json.loads(servicedesk(run, "kpi list --period 2025-03 --json").stdout)["data"]["items"]
        known = {one["name"]: one for one in listed}
        assert known["created"]["value"] == 8
        assert ("pulse-after-hours" in known) is is_listed
        if is_listed:
            assert "to be mended by whoever wrote it" in known["pulse-after-hours"]["needs"]
            assert known["pulse-same-day"]["value"] == 50
            assert "cannot be measured: TypeError" in servicedesk(run, "kpi show P01 --period 2025-03").stderr
        else:
            assert "not today" in servicedesk(run, "plugins list --json").stdout
    finally:
        module.write_text(sound)
