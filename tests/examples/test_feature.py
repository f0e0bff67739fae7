"""A feature of somebody else, made from the page that explains how, installed for real."""

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.clock import SystemClock
from servicedesk_core.domain import Company, StatusCategory, Ticket
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "develop" / "first-feature.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "noisy_clients"
FILES = {name: text for _, name, text in re.findall(r"^```(\w+) (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)}
SESSION = re.findall(r"^\$ servicedesk (.*)\n((?:[^$`].*\n)*)", PAGE, re.MULTILINE)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Return a folder with the distribution of the page, installed."""
    pytest.importorskip("hatchling")
    source, target = tmp_path_factory.mktemp("noisy"), tmp_path_factory.mktemp("site")
    for name, text in FILES.items():
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text(text)
    offline = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    subprocess.run([sys.executable, "-m", "pip", "install", *offline, "--target", target, source], check=True)
    return target


@pytest.fixture(scope="module")
def run(installed, tmp_path_factory):
    """Return a function that runs Python on a desk with two clients, with the feature installed."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "servicedesk.toml").write_text('[desk]\nname = "X"\n[connections.psa]\nconnector = "tabular"\n')
    ServiceDesk.migrate(folder / "servicedesk.toml")
    with Store.open(f"sqlite:///{folder / 'servicedesk.db'}", clock=SystemClock()) as store:
        store.write_blocking(_fill)

    def process(*arguments, **environment):
        environment = {**os.environ, "PYTHONPATH": str(installed), **environment}
        return subprocess.run(
            [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return process


def _fill(tx):
    now = SystemClock().now()
    source = sources.ensure(tx, "psa", "tabular", "live", now).id
    rows = [Company(external_id="1", name="Harbor Dental"), Company(external_id="2", name="Mill & Sons")]
    made = [("1", days) for days in (1, 2, 3, 10, 11, 12, 13)] + [("2", 1), ("2", 20), ("1", 90)]
    for number, (client, days) in enumerate(made):
        category = StatusCategory.CLOSED if days in {13, 90} else StatusCategory.NEW
        created = now - timedelta(days=days)
        rows.append(
            Ticket(external_id=str(number), status_category=category, company_ref=client, created_at=created, title="")
        )
    for row in rows:
        records.apply(tx, source, row.stream, [Incoming(row, None, None, "1")], mode="incremental", now=now)


def servicedesk(run, line, **environment):
    return run("-m", "servicedesk_core.cli", *line.split(), **environment)


def test_the_example_is_what_the_page_shows():
    made = {str(path.relative_to(EXAMPLE)): path for path in EXAMPLE.rglob("*") if path.suffix in {".py", ".toml"}}
    shown = {name: text for name, text in FILES.items() if not name.startswith("use_it")}
    assert {name: path.read_text() for name, path in made.items()} == shown


def test_the_page_has_a_session():
    assert [line.split()[1] for line, _ in SESSION] == ["list", "list", "kpis", "overview"]


@pytest.mark.parametrize(("line", "told"), SESSION, ids=lambda text: text.partition("\n")[0])
def test_a_command_of_the_page_tells_what_the_page_shows(run, line, told):
    ran = servicedesk(run, line)
    lines = [one.rstrip() for one in (ran.stdout + ran.stderr).splitlines() if one]
    assert (ran.returncode, lines) == (0, told.splitlines())


def test_the_program_of_the_page_prints_what_the_page_shows(run):
    ran = run("-c", FILES["use_it.py"])
    assert (ran.stdout, ran.stderr) == (FILES["use_it.txt"], "")


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
    assert "`servicedesk noisy overview`" in servicedesk(run, "docs commands").stdout
    assert "Clients with more than 5 new tickets" in servicedesk(run, "docs figures").stdout
    assert "`servicedesk.noisy.overview/1`" in servicedesk(run, "docs documents").stdout
    assert '"title": "servicedesk.noisy.list/1"' in servicedesk(run, "docs noisy.list").stdout


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
