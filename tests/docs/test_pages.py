"""What the written pages mention exists: links, files, names."""

import re
from pathlib import Path

import pages
import pytest

import servicedesk_core
from servicedesk_core import desk, domain, sandboxing, testing
from servicedesk_core import errors as error_module
from servicedesk_core import hooks as hook_module
from servicedesk_core import http as http_module
from servicedesk_core.cli import docs
from servicedesk_core.cli.docs import PAGES, commands
from servicedesk_core.domain import parts
from servicedesk_core.domain.writing import Intent
from servicedesk_core.features import sla
from servicedesk_core.features.tickets.actions import Tickets
from servicedesk_core.outbox.writes import Writes
from servicedesk_core.store.schema import sla_clocks

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NOT_OURS = {"strptime", "pg_dump", "pg_restore", "search_path", "day_first", "store_url", "sqlite_url", "SyncToken"} | {
    "CreditNotes", "DocNumber", "InvoiceNumbers", "PrivateNote", "TaxRates",
}  # fmt: skip


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def anchors(text: str) -> set[str]:
    return {slug(line.lstrip("# ")) for line in pages.FENCE.sub("", text).splitlines() if line.startswith("#")}


@pytest.mark.parametrize("page", pages.written(), ids=lambda path: str(path.relative_to(pages.ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(pages.FENCE.sub("", page.read_text(encoding="utf-8"))):
        if target.startswith(("https://", "#")):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve()
        is_made = path.parent.name == "generated"  # when the documentation is built: no clone has it
        text = path.read_text(encoding="utf-8") if path.suffix == ".md" and path.exists() else ""
        if is_made or not path.exists() or (anchor and anchor not in anchors(text)):
            broken.append(target)
    assert broken == []


def test_files_that_are_named_exist() -> None:
    named = {
        (page, text)
        for page, text in pages.inline()
        if re.fullmatch(r"(?:docs|plugins|servicedesk_core)/[\w./-]+", text)
    }
    assert {(page, text) for page, text in named if not (pages.ROOT / text).exists() and "_build" not in text} == set()


def test_options_that_are_named_exist() -> None:
    known = {"--help"} | {
        option
        for _, command in commands.walk(pages.program())
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    named = {
        (page, option)
        for page, text in pages.inline()
        if text.startswith("--")
        for option in [text.partition("=")[0].partition(" ")[0]]
    }
    assert {(page, option) for page, option in named if option not in known} == set()


def test_names_in_running_text_exist() -> None:
    """Every ``snake_case`` or ``CamelCase`` name is one of the program's: a hook, setting, field, column, class."""
    modules = (servicedesk_core, domain, parts, error_module, hook_module, http_module, testing, desk, sla, sandboxing)
    known = {name for module in modules for name in dir(module)} | NOT_OURS | sandboxing.TRANSPORT
    for shown in (Tickets, Writes, Intent, sandboxing.StandIn):
        known |= set(dir(shown))
    known |= {name for kit in vars(http_module).values() for name in getattr(kit, "__dataclass_fields__", ())}
    for module in (testing, hook_module):
        known |= {name for kit in dir(module) for name in dir(getattr(module, kit))}
    known |= {sla_clocks.name, *sla_clocks.columns.keys()}
    known |= sla.Policy.model_fields.keys() | set(sla.Outcome)
    for name in PAGES:
        known |= set(re.findall(r"\w+", docs.page(name, pages.program())))
    for block in pages.blocks("python", "toml", "sh"):
        known |= set(re.findall(r"\w+", block.text))
    shape = re.compile(r"[a-z]+(?:_[a-z]+)+|(?:[A-Z][a-z]+){2,}")
    of_a_vendor = re.compile(r"plugins/(autotask|\w+/\w+)/")  # a connector's own pages use its vendor's words
    core_pages = [(page, text) for page, text in pages.inline() if not of_a_vendor.match(page)]
    assert {(page, text) for page, text in core_pages if shape.fullmatch(text) and text not in known} == set()
