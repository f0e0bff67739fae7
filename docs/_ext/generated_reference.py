"""Writes the reference pages from the code before Sphinx reads them, so that they can't fall behind it."""

import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from servicedesk_core import errors
from servicedesk_core.hooks.markers import API_VERSION
from servicedesk_core.hooks.specs.announcements import AnnouncementSpecs
from servicedesk_core.hooks.specs.billing import BillingSpecs
from servicedesk_core.hooks.specs.connection import ConnectionSpecs
from servicedesk_core.hooks.specs.parts import PartsSpecs
from servicedesk_core.hooks.specs.ticket_sync import TicketSyncSpecs
from servicedesk_core.hooks.specs.warranty import WarrantySpecs

SPECS = (ConnectionSpecs, TicketSyncSpecs, WarrantySpecs, PartsSpecs, BillingSpecs, AnnouncementSpecs)


def _section(title: str, level: int = 2) -> str:
    return f"\n{'#' * level} {title}\n\n"


def _doc(thing: Any) -> str:
    return inspect.getdoc(thing) or ""


def hooks_page() -> str:
    """Return the page with every hook, its signature and its contract."""
    page = "# Hooks\n\nEvery hook that a connector can implement, as the specs declare it. "
    page += f"Version {API_VERSION[0]}.{API_VERSION[1]} of the plugin API.\n"
    for spec in SPECS:
        page += _section(spec.__name__) + _doc(spec) + "\n"
        for name, function in vars(spec).items():
            if not hasattr(function, "servicedesk_spec"):
                continue
            keyword = "async def" if inspect.iscoroutinefunction(function) else "def"
            page += _section(f"`{name}`", 3)
            page += f"```python\n{keyword} {name}{inspect.signature(function)}\n```\n\n"
            page += f"```text\n{_doc(function)}\n```\n"
    return page


def _errors() -> Iterator[type[errors.ServiceDeskError]]:
    for value in vars(errors).values():
        if inspect.isclass(value) and issubclass(value, errors.ServiceDeskError):
            yield value


def errors_page() -> str:
    """Return the page with every error code, its exit code and its meaning."""
    page = "# Errors and exit codes\n\n"
    page += "The code is stable: scripts may match on it. The exit code is what the command line ends with.\n\n"
    page += "| code | exit code | class | meaning |\n| --- | --- | --- | --- |\n"
    for error in _errors():
        summary = _doc(error).splitlines()[0]
        page += f"| `{error.code}` | {error.exit_code} | `{error.__name__}` | {summary} |\n"
    return page + "\n```text\n" + textwrap.dedent(errors.__doc__ or "") + "\n```\n"


PAGES = {"hooks": hooks_page, "errors": errors_page}


def write_pages(app: Sphinx) -> None:
    """Write all generated pages into the source folder; unchanged files keep their time stamps."""
    folder = Path(app.srcdir) / "reference" / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    for name, build in PAGES.items():
        target = folder / f"{name}.md"
        text = build()
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
