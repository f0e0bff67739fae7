"""What stands on the pages works: Python runs, configurations are valid, queries run, commands exist."""

import re
import shlex
import shutil
import sqlite3
import tomllib
from collections import defaultdict
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any

import pages
import pytest

from servicedesk_core import BlockingServiceDesk
from servicedesk_core.cli.shell.arguments import hoist
from servicedesk_core.config import Secrets, connector_settings, parse_settings
from servicedesk_core.connectors.tabular import load_mapping
from servicedesk_core.definitions.reading import read
from servicedesk_core.features import FEATURES, own
from servicedesk_core.hooks import PullMode, PullRequest
from servicedesk_core.machine.mappings import check_file
from servicedesk_core.plugins import PluginCatalog
from servicedesk_core.plugins.load import import_file
from servicedesk_core.sandboxing import serve
from servicedesk_core.scaffold import write_connector
from servicedesk_core.testing import opened

KINDS = tuple(kind for name in FEATURES for kind in own(name).kinds)
EXAMPLES = pages.ROOT / "docs" / "examples"
SETTINGS = """
[desk]
name = "Example MSP"

[connections.psa]
connector = "tabular"
mapping_file = "tickets.toml"

[connections.log]
connector = "tabular"
mapping_file = "steps.toml"
"""


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    for path in (*EXAMPLES.glob("*.*"), *(EXAMPLES / "mappings").glob("*.toml")):
        shutil.copy(path, folder)
    (folder / "servicedesk.toml").write_text(SETTINGS, encoding="utf-8")
    with BlockingServiceDesk.open(folder / "servicedesk.toml") as desk:
        assert [outcome.exit_code for outcome in desk.sync_all()] == [0, 0]
    return folder


def python_by_page() -> dict[str, list[pages.Block]]:
    found: dict[str, list[pages.Block]] = defaultdict(list)
    for block in pages.blocks("python"):
        found[block.page].append(block)
    return found


@pytest.mark.parametrize("page", python_by_page())
def test_python_on_a_page_runs_from_top_to_bottom(
    page: str, synced: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(synced, tmp_path / "desk")
    monkeypatch.chdir(tmp_path / "desk")
    names: dict[str, Any] = {"__name__": "snippet"}
    for block in python_by_page()[page]:
        exec(compile(block.text, str(block), "exec"), names)


@pytest.mark.parametrize("block", pages.blocks("sql"), ids=str)
def test_a_query_runs_on_the_public_views(block: pages.Block, synced: Path) -> None:
    with closing(sqlite3.connect(f"file:{synced / 'servicedesk.db'}?mode=ro", uri=True)) as store:
        rows = store.execute(block.text).fetchall()
    assert rows or "v_claim" in block.text, "the desk of these tests has made no claim"


KINDS = tuple(kind for name in FEATURES for kind in own(name).kinds)


def texts(*, of_definitions: bool) -> list[pages.Block]:
    kinds = {kind.name for kind in KINDS}
    return [one for one in pages.blocks("toml") if (tomllib.loads(one.text).keys() <= kinds) is of_definitions]


@pytest.mark.parametrize("block", texts(of_definitions=True), ids=str)
def test_definitions_are_valid_beside_the_others_of_their_page(block: pages.Block) -> None:
    files: dict[str, str] = {str(block): block.text}
    kinds = {*tomllib.loads(block.text)}
    for one in texts(of_definitions=True):
        others = tomllib.loads(one.text).keys()
        if one.page == block.page and not kinds & others:
            files[str(one)] = one.text
            kinds |= others
    found = read(KINDS, files, UTC)
    found.refuse()
    assert found.found


@pytest.mark.parametrize("block", texts(of_definitions=False), ids=str)
def test_a_configuration_is_valid_for_its_connector(block: pages.Block) -> None:
    tables = tomllib.loads(block.text)
    for connection in tables.get("connections", {}).values():
        if set(connection) == {"mapping"}:  # shows that table alone
            connection["connector"] = "of the page"
    settings = parse_settings(tables)
    catalog, secrets = PluginCatalog(), Secrets(source=lambda _: "made-up-value")
    for name, connection in settings.connections.items():
        if connection.connector in catalog.connector_ids():
            model = catalog.connector(connection.connector).connector.Settings
            connector_settings(settings, name, model, secrets)


@pytest.mark.parametrize("mapping", sorted((EXAMPLES / "mappings").glob("*.toml")), ids=lambda path: path.stem)
def test_an_example_mapping_fits_its_file_and_ignores_nothing(mapping: Path) -> None:
    (declared,) = load_mapping(mapping)
    checked = check_file(EXAMPLES / declared.path, mapping=mapping)
    # What a status means is said in the configuration, not in the mapping of a file.
    unexplained = [p.text for p in checked.problems if not p.text.startswith("status")]
    assert (checked.ignored, unexplained) == ((), [])
    assert checked.rows >= 2


TUTORIALS = ("noisy ", "pulse ")
"""Begin the commands of the features that pages make; ``tests/examples`` runs them."""


@pytest.mark.parametrize(
    ("where", "line", "is_prose"), [one for one in pages.commands() if not one[1].startswith(TUTORIALS)]
)
def test_a_command_line_is_one_that_the_program_understands(where: str, line: str, is_prose: bool) -> None:
    ends = r"\s[|>;]|&&|\s#" + (r"|\"\s*$" if line.count('"') % 2 else "")  # a line may itself stand in quotes
    words = hoist(shlex.split(re.split(ends, line)[0].strip(), posix=True))
    while words and words[0] in {"--quiet", "-q", "--debug", "--config", "-c", "--log-format"}:
        del words[: 2 if words[0] in {"--config", "-c", "--log-format"} else 1]
    command = pages.program()
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        found, own = command.get_command(None, words[0]), command.commands.get(command.name)
        if found is None and own is not None:  # what names no command is for the one that is called as the group
            command = own
            break
        command, name = found, words.pop(0)
        assert command is not None, f"{where}: there is no command {name!r}"
    if hasattr(command, "commands"):
        assert is_prose or words, f"{where}: a group is no command"
        return
    known = {"--help"} | {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
    options = {word.partition("=")[0] for word in words if word.startswith("-")}
    assert options <= known, f"{where}: {sorted(options - known)}"
    if not is_prose:
        command.make_context("servicedesk", words).close()


async def test_the_connector_of_the_tutorial_reads_a_vendor(tmp_path: Path) -> None:
    write_connector("acme", tmp_path)
    vendor = import_file(tmp_path / "acme" / "src" / "servicedesk_acme" / "sandbox" / "__init__.py", "Sandbox")
    names: dict[str, Any] = {"__name__": "tutorial"}
    for block in python_by_page()["docs/develop/first-connector.md"]:
        exec(compile(block.text, str(block), "exec"), names)
    with closing(vendor()) as sandbox, serve(sandbox) as url:
        async with opened(names["Acme"], names["AcmeSettings"](**sandbox.told(url))) as connector:
            assert (await connector.vendor_identity()).account == "42"
            request = PullRequest("tickets", PullMode.BACKFILL, page_size=5)
            pages_read = [page async for page in connector.pull(request)]
            titles = [
                connector.map_record("tickets", one.raw).entity.title for page in pages_read for one in page.records
            ]
    assert titles == [f"Ticket {number}" for number in range(1, 13)]
    assert [page.last for page in pages_read][-1] is True
