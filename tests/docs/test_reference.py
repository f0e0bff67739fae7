"""Everything that the program has stands in the generated reference, with its meaning."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pages
import pytest

import servicedesk_core
from servicedesk_core.cli.docs import commands, connectors, documents, errors, hooks, settings, streams, views
from servicedesk_core.cli.docs.docstring import table
from servicedesk_core.cli.main import main
from servicedesk_core.cli.shell.arguments import hoist
from servicedesk_core.cli.shell.exit_codes import MEANINGS
from servicedesk_core.cli.shell.schemas import documents as all_documents
from servicedesk_core.config.settings import ConnectionSettings, DeskSection, DeskSettings, PluginsSection
from servicedesk_core.domain import STREAMS
from servicedesk_core.domain.billing import TaxRounding
from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.hooks import BillingCapability, Capabilities
from servicedesk_core.hooks.context import VocabularyMapping
from servicedesk_core.hooks.table import FAMILIES
from servicedesk_core.store import views as store_views

DOCUMENTS = all_documents()

CONFIGURATION = """
[connections.export]
connector = "tabular"

[[connections.export.files]]
path = "tickets.csv"
stream = "tickets"
columns = { external_id = "id", title = "title" }
"""


def sections(page: str) -> dict[str, str]:
    """Return the text below each heading, without that of headings below it."""
    found: dict[str, str] = {}
    heading = ""
    for line in page.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ").strip()
        found[heading] = f"{found.get(heading, '')}\n{line}"
    return found


def every_error(root: type[ServiceDeskError] = ServiceDeskError) -> Iterator[type[ServiceDeskError]]:
    yield root
    for one in root.__subclasses__():
        if one.__module__.startswith("servicedesk_"):
            yield from every_error(one)


def test_every_hook_has_a_section_with_its_contract() -> None:
    found = sections(hooks.page())
    for family in FAMILIES:
        for name, function in vars(family).items():
            if hasattr(function, "servicedesk_spec"):
                text = found[f"`{name}`"]
                assert f"def {name}(self" in text
                assert len(text) > 150, f"{name}: says too little"


def test_every_error_code_of_the_whole_program_is_listed_with_an_exit_code_that_has_a_meaning() -> None:
    for module in pkgutil.walk_packages(servicedesk_core.__path__, "servicedesk_core."):
        if not module.name.endswith(("__main__", "migrations.env")):
            importlib.import_module(module.name)
    page = errors.page()
    for error in every_error():
        assert f"| `{error.code}` | {error.exit_code} |" in page, error
        assert error.exit_code in MEANINGS, error
    assert all(f"| `{code}` | {meaning} |" in page for code, meaning in MEANINGS.items())


def test_every_setting_is_listed_with_a_meaning() -> None:
    page = settings.page()
    models = [DeskSection, PluginsSection, ConnectionSettings, VocabularyMapping]
    for model in settings.connector_models().values():
        models += [model, *settings.nested_models(model)]
    rows = {line.split(" | ")[0].strip("| "): line for line in page.splitlines() if line.startswith("| `")}
    for model in models:
        for key in settings.keys(model):
            assert f"| `{key}` |" in page, f"{model.__name__}.{key}"
    assert [key for key, row in rows.items() if row.rstrip(" |").count(" | ") < 2 or row.endswith("|  |")] == []


def test_every_command_and_option_is_listed_and_explained() -> None:
    found = sections(commands.page(pages.program()))
    for words, command in commands.walk(pages.program()):
        text = found[f"`{' '.join(('servicedesk', *words))}`"]
        assert command.help, words
        for parameter in command.params:
            if getattr(parameter, "hidden", False) or "--help" in parameter.opts:
                continue
            spelled = parameter.opts if parameter.param_type_name == "option" else [commands.argument(parameter)]
            assert all(f"`{one}`" in text for one in spelled), (words, parameter.opts)
            assert parameter.help, (words, parameter.opts)


def test_every_view_and_column_is_listed() -> None:
    found = sections(views.page())
    for view in store_views.describe():
        assert view.meaning
        for column in view.columns:
            assert f"| `{column.name}` | " in found[f"`{view.name}`"]


def test_every_stream_and_field_is_listed() -> None:
    found = sections(streams.page())
    for stream, entity in STREAMS.items():
        for field in entity.model_fields:
            assert f"| `{field}` | " in found[f"`{stream}`"]


@pytest.mark.parametrize("command", DOCUMENTS)
def test_every_json_document_is_described_field_by_field(command: str) -> None:
    shape = getattr(DOCUMENTS[command].type, "__origin__", DOCUMENTS[command].type)
    text = sections(documents.page())[f"`{documents.name_of(command, DOCUMENTS[command])}`"]
    names = [field.name for field in fields(shape)] if is_dataclass(shape) else list(shape.model_fields)
    for name in names:
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
        assert not row.endswith("|  |"), f"{shape.__name__}.{name} says nothing about itself"


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "tickets.csv").write_text("id,title\n1,Printer\n", encoding="utf-8")
    (folder / "servicedesk.toml").write_text(CONFIGURATION, encoding="utf-8")
    assert main(["--config", str(folder / "servicedesk.toml"), "--quiet", "sync"]) == 0
    return folder / "servicedesk.toml"


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", ["status", "connections list", "tickets list", "plugins list", "doctor", "report desk", "store size"]
)
def test_what_json_prints_is_what_the_document_says(
    line: str, synced: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--config", str(synced), *line.split(), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    command = line.replace(" ", ".")
    assert printed["schema"] == documents.name_of(command, DOCUMENTS[command])
    schema = json.loads(documents.schema(command))["properties"]["data"]
    assert set(printed["data"]) == set(schema["properties"])


def test_no_command_has_an_option_that_the_program_takes_wherever_it_stands() -> None:
    of_the_program = {option for parameter in pages.program().params for option in parameter.opts} - {"--help", "-h"}
    taken = {option for option in of_the_program if hoist(["x", option, "y"])[0] == option}
    assert {"--as", "--config"} <= taken
    for words, command in commands.walk(pages.program()):
        if words:
            assert not taken & {option for parameter in command.params for option in parameter.opts}, words


def test_every_command_with_json_has_a_document_and_the_other_way_round() -> None:
    with_json = {
        ".".join(dict.fromkeys(words))  # a group's own command is the act that is called as its feature
        for words, command in commands.walk(pages.program())
        if words[:1] != ("sandbox",) and any("--json" in parameter.opts for parameter in command.params)
    }
    assert with_json == set(DOCUMENTS) - {"sync.plan", "sync.history", "sync.history.plan"}


def test_every_stream_of_an_installed_connector_names_its_entities_and_the_right_it_needs() -> None:
    page = connectors.page()
    for name, capabilities in connectors.described().items():
        assert f"## `{name}`" in page
        for stream in capabilities.streams if capabilities else ():
            assert f"[`{stream.stream}`](streams.md#{stream.stream})" in page
            assert stream.right
            assert stream.vendor_entities


def test_a_ledger_says_how_it_takes_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    booked = BillingCapability(TaxRounding.LINE, unit_price_decimals=4, max_lines=1, numbers_itself=True)
    drafts = BillingCapability(TaxRounding.UNKNOWN, has_drafts=True)
    of = {"one": Capabilities("One", billing=booked), "two": Capabilities("Two", billing=drafts)}
    monkeypatch.setattr(connectors, "described", lambda: of)
    one, two = connectors.page.__wrapped__().split("## `two`")
    for text in ("line by line", "4 decimals", "1 line.", "no drafts", "as the reference"):
        assert text in one, text
    for text in ("Only the vendor", "2 decimals", "500 lines.", "It keeps drafts."):
        assert text in two, text


def test_a_pipe_in_a_text_does_not_break_a_table() -> None:
    assert table(("a",), [("x | y",)]).splitlines()[-1] == "| x \\| y |"


def test_every_link_inside_the_settings_page_leads_to_a_heading() -> None:
    text = settings.page()
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in re.findall(r"^#+ .*$", text, re.MULTILINE)
    }
    assert {link for link in re.findall(r"\(#([a-z0-9-]+)\)", text) if link not in headings} == set()
    for section in DeskSettings.model_fields:
        if section not in {"connections", "people", "path"}:
            assert f"`[{section}]`" in text
