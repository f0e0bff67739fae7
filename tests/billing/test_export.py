"""What would be billed, as files that any accounting program takes."""

import csv
import stat
from datetime import date
from decimal import Decimal

import pytest

from servicedesk_core.errors import SettingsError
from servicedesk_core.features.billing.drafts import Source
from servicedesk_core.features.billing.export.files import files_of
from tests.billing.conftest import NOW, entry
from tests.billing.test_requests import draft, line


def rows(content):
    return list(csv.DictReader(content.decode().splitlines()))


def test_amounts_are_exact_every_line_has_its_sources_and_no_cell_is_a_formula():
    first = line("33.3333", "3", "100.00", description='=HYPERLINK("http://example.com"; "pay")')
    sources = tuple(Source(connection="psa", stream="contract_units", ref=ref, part="2026-10") for ref in ("-u1", "u2"))
    second = line("-0.10", "3", "-0.30", sources=sources)
    given = draft(first, second, company="+Acme, Ltd", tax=Decimal("15.00"))
    files = files_of([given, draft(currency="USD")])
    documents, lines, billed = (rows(files[f"{name}.csv"]) for name in ("documents", "lines", "sources"))
    [one, other] = documents
    assert (one["net"], one["tax"], one["currency"], one["first"]) == ("99.70", "15.00", "EUR", "2026-10-01")
    assert (one["company"], one["lines"], one["document"]) == ("'+Acme, Ltd", "2", given.digest)
    assert other["tax"] == ""
    of_first = [row for row in lines if row["document"] == given.digest]
    assert [(row["quantity"], row["unit_price"], row["amount"]) for row in of_first] == [
        ("3", "33.3333", "100.00"),
        ("3", "-0.10", "-0.30"),
    ]
    assert of_first[0]["description"].startswith("'=HYPERLINK(")
    assert of_first[0]["about"] == "roles/r1 Engineer"
    assert [(row["line"], row["id"], row["part"]) for row in billed if row["document"] == given.digest] == [
        ("1", "e1", ""),
        ("2", "'-u1", "2026-10"),
        ("2", "u2", "2026-10"),
    ]


async def test_a_month_is_exported_without_any_accounting_system_and_again_in_place(desk, put, tmp_path):
    await put(entry("e9", "2", 2, contract_ref="k2", day=date(2026, 10, 20), approved_at=NOW))
    target = tmp_path / "books" / "october"
    done = await desk.billing.export(period="2026-10", everybody=True, folder=target)
    assert done.documents == 1
    assert done.files == ("documents.csv", "lines.csv", "sources.csv")
    assert stat.S_IMODE(target.stat().st_mode) == 0o700, "it says what clients pay"
    shown = await desk.billing.preview(period="2026-10", everybody=True)
    lines = rows((target / "lines.csv").read_bytes())
    assert [(row["document"], row["amount"]) for row in lines] == [(one.digest, str(one.amount)) for one in shown]
    assert len(lines) == done.lines > 0
    billed = rows((target / "sources.csv").read_bytes())
    assert {f"{row['stream']}/{row['id']}" for row in billed} == {source for one in shown for source in one.sources}
    none = await desk.billing.export(period="2026-10", company="Acme", folder=target)
    assert (none.documents, rows((target / "lines.csv").read_bytes())) == (0, [])
    assert sorted(one.name for one in target.iterdir()) == sorted(done.files), "nothing else is left in it"
    (tmp_path / "a file").touch()
    for folder in (tmp_path / "a file", tmp_path / "a file" / "below"):
        with pytest.raises(SettingsError, match="cannot be made"):
            await desk.billing.export(period="2026-10", folder=folder)
    with pytest.raises(SettingsError, match="more than a month"):
        await desk.billing.export(period="2026-Q4", folder=target)
