"""The page about a first billing connector, followed word by word: written, installed, served, read and written to."""

import csv
import json
import os
import subprocess
import sys
from decimal import Decimal

import pytest

from servicedesk_core.domain.billing import Verdict
from tests.examples.pages import Tutorial, servicedesk

PAGE = Tutorial("first-billing-connector.md", "")
NEW, SANDBOX, REQUIREMENTS, SYNC, EXPORT = PAGE.commands
SERVED = "http://127.0.0.1:8765/"
OPENED = """
import asyncio, sys
from servicedesk_acme import Acme
from servicedesk_acme.settings import AcmeSettings
from servicedesk_core.testing import granted_http, opened

page = {"__name__": "page"}
exec(open("writing.py").read(), page)

async def main():
    settings = AcmeSettings(url=sys.argv[1], token="letmein")
    async with opened(Acme, settings, http=granted_http("sales_invoices.create")) as connector:
        shown = await page["invoiced"](connector, page["requested"]("SD-1"))
        assert shown == await page["invoiced"](connector, page["requested"]("SD-1"))
        print(shown.number, shown.total, shown.balance, shown.status)

asyncio.run(main())
"""


@pytest.mark.slow
def test_the_page_ends_with_an_invoice_that_stands_once_and_is_followed(tmp_path):
    pytest.importorskip("hatchling")
    home, site = tmp_path / "home", tmp_path / "site"
    home.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(site)}

    def run(*words):
        return subprocess.run(
            [sys.executable, *words], cwd=home, env=environment, capture_output=True, text=True, check=False
        )

    assert servicedesk(run, NEW).returncode == 0
    offline = "--quiet --no-index --no-deps --no-build-isolation --disable-pip-version-check --target"
    assert run("-m", "pip", "install", *offline.split(), str(site), "./acme").returncode == 0
    stand_in = [sys.executable, "-m", "servicedesk_core.cli", *SANDBOX.split(), "--json"]
    with subprocess.Popen(stand_in, env=environment, stdout=subprocess.PIPE, text=True) as served:
        try:
            url = json.loads(served.stdout.readline())["url"]
            (home / "servicedesk.toml").write_text(PAGE.files["servicedesk.toml"].replace(SERVED, url))
            (home / "writing.py").write_text(PAGE.files["writing.py"])
            assert "Write: invoices" in servicedesk(run, REQUIREMENTS).stdout
            wrote = run("-c", OPENED, url)
            assert (wrote.stdout, wrote.stderr) == ("SD-1 144.36 144.36 open\n", "")
            assert servicedesk(run, SYNC).returncode == 0
            assert servicedesk(run, EXPORT).returncode == 0
        finally:
            served.terminate()
    rows = list(csv.DictReader((home / "invoices.csv").read_text().splitlines()))
    told = [(row["number"], row["customer_name"], Decimal(row["total"]), row["status"]) for row in rows]
    assert told == [("2026-001", "Harbor Dental", 96, "open"), ("SD-1", "Harbor Dental", Decimal("144.36"), "open")]


def test_what_the_page_says_of_rounding_is_so():
    _made("rounding.py")
    judged, request = _made("comparing.py")["judged"], _made("writing.py")["requested"]("SD-1")
    verdicts = {total: judged(request, Decimal(total)) for total in ("144.36", "144.38", "144.39")}
    assert list(verdicts.values()) == [Verdict.EQUAL, Verdict.ROUNDING, Verdict.OTHER]


def _made(name):
    made = {"__name__": name.removesuffix(".py")}
    exec(compile(PAGE.files[name], name, "exec"), made)
    return made
