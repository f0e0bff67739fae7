"""``servicedesk docs`` prints the pages that the built documentation shows."""

import json
import sys
from types import SimpleNamespace

import pages
import pytest
from generated_reference import write_pages

from servicedesk_core.cli.docs import PAGES, connectors
from servicedesk_core.cli.docs.terminal import Page
from servicedesk_core.cli.main import main
from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.cli.shell.console import SafeConsole
from servicedesk_core.cli.shell.schemas import documents
from servicedesk_core.plugins import PluginCatalog


@pytest.mark.slow
def test_every_page_is_the_one_that_is_built(tmp_path, capsys):
    write_pages(SimpleNamespace(srcdir=tmp_path))
    built = tmp_path / "reference" / "generated"
    assert {path.stem for path in built.glob("*.md")} == PAGES.keys()
    listed = {f"reference/generated/{name}" for name in PAGES}
    assert listed <= set((pages.ROOT / "docs" / "index.md").read_text(encoding="utf-8").split())
    for name in PAGES:
        assert main(["docs", name]) == 0
        assert capsys.readouterr().out == (built / f"{name}.md").read_text(encoding="utf-8")
    assert {path.name.removesuffix(".schema.json") for path in built.glob("*.json")} == documents().keys()
    assert main(["docs", "tickets.list"]) == 0
    assert capsys.readouterr().out == (built / "tickets.list.schema.json").read_text(encoding="utf-8")


def test_a_document_has_its_json_schema_under_a_name_that_no_page_has(capsys):
    assert not documents().keys() & PAGES.keys()
    assert main(["docs", "tickets.list"]) == 0
    assert json.loads(capsys.readouterr().out)["title"].startswith("servicedesk.tickets.list/")


def test_without_a_name_the_pages_are_listed_and_a_wrong_one_is_nearly_known(capsys):
    assert main(["docs"]) == 0
    shown = capsys.readouterr().out
    assert all(f"{name} " in shown and about in shown for name, about in PAGES.items())
    for wrong, near in (("hoks", 'Did you mean "hooks"?'), ("ticket.list", "tickets.list"), ("xyz", "There are: set")):
        assert main(["docs", wrong]) == exit_codes.USAGE
        assert near in capsys.readouterr().err


def test_a_terminal_shows_whole_words_and_no_link_that_it_cannot_follow(capsys):
    console = SafeConsole(file=sys.stdout, width=60)
    console.print(
        Page("# A\n\n[B](b.md#c) <https://d.example>\n\n| key | e |\n| --- | --- |\n| `" + "x" * 90 + "` | |\n")
    )
    shown = capsys.readouterr().out
    assert ("b.md" in shown, "https://d.example" in shown) == (False, True)
    assert shown.count("x") >= 90
    assert "\u2026" not in shown


def test_a_connector_that_cannot_be_loaded_costs_only_its_own_part(monkeypatch, tmp_path):
    about = tmp_path / "broken-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[servicedesk.connectors]\nbroken = no_such_module:Broken\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "broken" in PluginCatalog.of(None).connector_ids()
    assert "tabular" in connectors.loaded()
    assert "broken" not in connectors.loaded()
