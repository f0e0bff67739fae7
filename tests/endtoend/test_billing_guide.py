"""The guide to billing, command by command as it is written, by somebody who begins: a PSA, a ledger, a month."""

import json
import re
import shlex
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from servicedesk_core.cli.main import main
from servicedesk_core.sandboxing import serve
from tests.endtoend.conftest import World, serving

pytestmark = pytest.mark.slow

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "billing.md"
PERIOD = "2026-10"
PREVIEW = "servicedesk billing preview"
CREDITS = "servicedesk billing credit "
SENDS = ("servicedesk billing send ", CREDITS)
NOW = datetime(2026, 10, 28, 15, tzinfo=UTC)
POLICY = """
[billing]
client_biller = { "Example Client" = "servicedesk" }
after_hours = ["Emergency Support"]
"""


def commands() -> list[str]:
    """Return the commands of the guide, in their order."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("servicedesk ")]


class Office:
    """Somebody at a terminal, with a PSA and a ledger that hold what the guide speaks of."""

    def __init__(self, world: World, ledger: Any, url: str, capfd: pytest.CaptureFixture[str]) -> None:
        self.world, self.ledger, self._capfd = world, ledger, capfd
        store = world.sandbox.store
        company = next(row for row in store.select("Companies") if row["companyName"].startswith("Fjord"))
        role = store.select("Roles")[0]
        store.put("Companies", [{**company, "companyName": "Example Client"}])
        store.put("Roles", [{**role, "name": "Engineer"}])
        books = ledger.first.books
        names = {"Contacts": ("Example Client Ltd",), "Items": ("Consulting", "Rounding differences")}
        for kind, called in {**names, "TaxRates": ("20 % VAT",)}.items():
            for row, name in zip(books.all(kind), called, strict=False):
                books.put(kind, row | {"Name": name})
        for row in books.all("TaxRates"):  # that of the PSA's invoices
            if Decimal(row["EffectiveRate"]):
                parts = [one | {"Rate": "8.0000"} for one in row["TaxComponents"]]
                rates = {"EffectiveRate": "8.0000", "DisplayTaxRate": "8.0000", "TaxComponents": parts}
                books.put("TaxRates", row | rates)
        for row in store.select("Companies"):
            if row["companyName"] != "Example Client":
                contact = ledger.first.catalogue.contact({"Name": row["companyName"]}, None, only_new=True)
                books.put("Contacts", contact | {"ContactID": str(UUID(int=row["id"]))})
        world.configure()
        told = {"connector": "xero", "environment": "sandbox", "app": "custom", **ledger.told(url)}
        told["writes"] = ["customers.create", "sales_invoices.create", "credit_notes.create"]
        lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in told.items())
        with (world.folder / "servicedesk.toml").open("a") as file:
            file.write(f"[connections.books]\n{lines}")
        (world.folder / "service").mkdir()
        (world.folder / "service" / "billing.toml").write_text(POLICY)

    def run(self, line: str) -> None:
        """Run a command that must succeed; while it says which link is missing, do that first, as it says."""
        while True:
            self._capfd.readouterr()
            code = main(shlex.split(line)[1:])
            told = "".join(self._capfd.readouterr())
            hint = re.search(r"`(servicedesk billing link (\S+) (\".*?\"|\S+)) NAME`", told)
            if not code or hint is None:
                break
            self.run(f"{hint[1]} {hint[3] if hint[2] == 'company' else 'Consulting'}")
        assert code == 0, f"{line}\n{told}"

    def approve(self, number: str) -> None:
        """Have somebody put a draft into the books, in the ledger itself."""
        books = self.ledger.first.books
        (draft,) = [row for row in books.all("Invoices") if row["InvoiceNumber"] == number]
        books.put("Invoices", draft | {"Status": "AUTHORISED"})

    def data(self, line: str) -> Any:
        """Return the document of a command."""
        self._capfd.readouterr()
        assert main([*shlex.split(line)[1:], "--json"]) == 0, line
        return json.loads(self._capfd.readouterr().out)["data"]


@pytest.fixture
def office(tmp_path, monkeypatch, capfd):
    xero = pytest.importorskip("servicedesk_xero.sandbox")
    monkeypatch.chdir(tmp_path)
    with ExitStack() as stack:
        world = stack.enter_context(serving(tmp_path, now=NOW, tickets=400))
        ledger = xero.Sandbox(xero.SandboxOptions(requests_per_minute=6_000))
        stack.callback(ledger.close)
        yield Office(world, ledger, stack.enter_context(serve(ledger)), capfd)


def test_the_commands_of_the_guide_do_what_it_says(office):
    for line in ("servicedesk sync", "servicedesk definitions apply --reason 'As the guide says.'"):
        office.run(line)
    told: dict[str, Callable[[], str]] = {
        r"excluded:psa:\d+": lambda: office.data("servicedesk leakage list")["items"][0]["key"],
        r"(?<=--digest )\w+": lambda: office.data(f"{PREVIEW} --period {PERIOD} --company 'Example Client'")["digest"],
        r"INV-\d+": lambda: "INV-000001",
    }
    previewed = office.data(f"{PREVIEW} --period {PERIOD} --company 'Example Client'")["drafts"]
    for written in commands():
        line = written
        for pattern, real in told.items():
            line = re.sub(pattern, real(), line) if re.search(pattern, line) else line
        if line.startswith(CREDITS):
            office.approve("INV-000001")
            office.run("servicedesk sync books")
        office.run(line)
        if line.startswith(SENDS):
            office.run(f"{line} --yes")
            office.run("servicedesk sync books")
    (net,) = [Decimal(one["net"]) for one in previewed]
    shown = {one["number"]: one for one in office.data("servicedesk billing status --all")["items"]}
    invoice, note = shown["INV-000001"], shown["CN-000001"]
    for document, number in ((invoice, "InvoiceNumber"), (note, "CreditNoteNumber")):
        rows = office.ledger.first.books.all("CreditNotes" if document is note else "Invoices")
        (there,) = [row for row in rows if row[number] == document["number"]]
        assert (Decimal(there["SubTotal"]), Decimal(there["Total"])) == (net, Decimal(document["total"]))
        assert document["problem"] is None
    carried = [one for one in shown.values() if one is not invoice and one is not note]
    assert carried
    assert {one["state"] for one in carried} == {"proposed"}  # the PSA's own: nobody approved them
