"""The page about a first parts connector, followed word by word: written, installed, served, asked and written to."""

import json
import os
import subprocess
import sys

import pytest

from servicedesk_core.domain.parts import PartQuery
from servicedesk_core.hooks import Write
from servicedesk_core.testing import opened
from tests.examples.pages import Tutorial, servicedesk, told_by

PAGE = Tutorial("first-parts-connector.md", "")
NEW, SANDBOX, REQUIREMENTS, SYNC, TAKE, TAKEN, RETURN = PAGE.commands
SERVED = "http://127.0.0.1:8765/"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a function that runs Python in the folder of the page, beside the stand-in that the page starts."""
    pytest.importorskip("hatchling")
    home, site = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("site")
    environment = {**os.environ, "PYTHONPATH": str(site)}

    def process(*words):
        return subprocess.run(
            [sys.executable, *words], cwd=home, env=environment, capture_output=True, text=True, check=False
        )

    assert servicedesk(process, NEW).returncode == 0
    offline = "--quiet --no-index --no-deps --no-build-isolation --disable-pip-version-check --target"
    assert process("-m", "pip", "install", *offline.split(), str(site), "./acme").returncode == 0
    stand_in = [sys.executable, "-m", "servicedesk_core.cli", *SANDBOX.split(), "--json"]
    with subprocess.Popen(stand_in, env=environment, stdout=subprocess.PIPE, text=True) as served:
        try:
            process.url = json.loads(served.stdout.readline())["url"]
            for name in ("tickets.csv", "tickets.toml", "servicedesk.toml"):
                (home / name).write_text(PAGE.files[name].replace(SERVED, process.url))
            yield process
        finally:
            served.terminate()


def test_the_commands_of_the_page_do_what_it_says(run):
    assert "Write: moves" in servicedesk(run, REQUIREMENTS).stdout
    assert servicedesk(run, SYNC).returncode == 0
    assert len(PAGE.session) == 2
    for line, told in PAGE.session:
        ran = servicedesk(run, line)
        assert (ran.returncode, told_by(ran)) == (0, told.splitlines()), line
    for line, left in ((TAKE, "5"), (TAKEN, "5"), (RETURN, "6")):
        assert servicedesk(run, line).returncode == 0, line
        (dock,) = json.loads(servicedesk(run, "parts stock --search dell --json").stdout)["data"]["items"]
        assert dock["available"] == left, line
    (taken,) = json.loads(servicedesk(run, f"{TAKEN} --json").stdout)["data"]["items"]
    assert (taken["write"], taken["quantity"], taken["returned"], taken["state"]) == (1, "1", "1", "confirmed")


async def test_the_distributor_of_the_page_finds_what_the_stand_in_has(run):
    shop = _made("distributor.py")
    settings = shop["ShopSettings"](url=run.url, token="letmein")
    async with opened(shop["Shop"], settings) as connector:
        (dock,) = await connector.find_parts(PartQuery(part_number="wd19s 130w"))
        assert await connector.find_parts(PartQuery(part_number="docking")) == ()
    assert (dock.name, f"{dock.unit_price} {dock.currency}") == ("Docking station", "189.5 EUR")


def test_what_the_page_says_of_spelling_and_orders_is_so():
    _made("spelling.py")
    order = _made("ordering.py")
    lines = [{"number": 1, "part_number": "WD19S-130W", "quantity": "2"}]
    write = Write("a" * 32, order["PLACE"].kind, values={"lines": lines})
    assert order["body_of"](write)["lines"] == [{"part": "WD19S-130W", "quantity": "2"}]
    assert order["body_of"](write)["your_number"].startswith("SD-")


def _made(name):
    made = {"__name__": name.removesuffix(".py")}
    exec(compile(PAGE.files[name], name, "exec"), made)
    return made
