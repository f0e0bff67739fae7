"""The folder and the configuration of a demo."""

import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicedesk_core.cli.demo import watching
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.errors import SettingsError

if TYPE_CHECKING:
    from servicedesk_core.machine.sandboxes import RunningSandbox

PSA = "autotask"
MAKERS = {"dell": "Dell", "lenovo": "Lenovo"}
"""Manufacturers that a demo asks, by id of their connector, if that is installed."""
STOCK, STOCK_NAME = "snipeit", "stock"
"""The connector that a demo keeps parts with, if that is installed, and the name of its connection."""
LEDGER, LEDGER_NAME = "xero", "books"
"""The accounting system that a demo bills into, if its connector is installed, and the name of its connection."""
OTHERS = {**MAKERS, STOCK: "Snipe-IT", LEDGER: "Xero"}
"""Everybody but the PSA, by id of their connector."""
STATE = "sandbox.db"
SERVICE = "service"
CURRENCY = "USD"
OWN_FILES = (
    "servicedesk.toml",
    "servicedesk.db",
    "desk.html",
    STATE,
    *(f"sandbox-{name}.db" for name in OTHERS),
    SERVICE,
    watching.FILE,
)
HISTORY_REQUESTS = 40
"""A demo should not spend its time on ticket histories, which cost a request each; later syncs read on."""
NOT_REAL = "Credentials of a sandbox are made up; those of a real system never stand in a file."

_ADDRESS = {"autotask": "zone_url", "dell": "gateway_url", "lenovo": "url", STOCK: "url", LEDGER: "url"}
"""The setting that leads a connector to its sandbox."""
_GRANTS = {
    "dell": ("claims.submit", "claims.resubmit"),
    "lenovo": ("claims.submit",),
    STOCK: ("stock_moves.take", "stock_moves.return"),
    LEDGER: ("customers.create", "sales_invoices.create"),
}
_ABOUT = {
    **dict.fromkeys(MAKERS, "Look-ups need no grant; claims need these."),
    STOCK: "Looking for a part needs no grant; taking one onto a ticket needs these.",
    LEDGER: "Reading the books needs no grant; invoices, and customers for them, need these.",
}
_MORE: dict[str, dict[str, str]] = {STOCK: {"currency": CURRENCY, "holder": "user:1"}, LEDGER: {"app": "custom"}}
_NAMES = {STOCK: STOCK_NAME, LEDGER: LEDGER_NAME}
"""How connections are called that are not called as their connector is."""


def clear(directory: Path) -> None:
    """Begin anew in our own folder; a folder that is not ours stays as it is.

    Raises:
        SettingsError: It is not ours.
    """
    directory.mkdir(parents=True, exist_ok=True)
    if not (directory / STATE).exists() and any((directory / name).exists() for name in OWN_FILES):
        raise SettingsError(
            f"{directory} holds something that is not a demo.", hint="Choose another folder with --dir."
        )
    for name in OWN_FILES:
        for path in (directory / name, *(directory / f"{name}-{end}" for end in ("journal", "shm", "wal"))):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def arguments(directory: Path, tickets: int, names: tuple[str, ...]) -> dict[str, list[str]]:
    """Return how the sandboxes of a demo are started, without port and time.

    Args:
        directory: Folder of the demo.
        tickets: Tickets on the made-up desk.
        names: Which sandboxes.
    """
    ways = {
        PSA: ["--state", str(directory / STATE), "--tickets", str(tickets)],
    } | {name: ["--state", str(directory / f"sandbox-{name}.db")] for name in OTHERS}
    return {name: ways[name] for name in names}


def ports(config: Path) -> dict[str, int]:
    """Return the ports that the sandboxes of an earlier demo had, by id of the connector.

    Args:
        config: Its configuration.
    """
    settings = tomllib.loads(config.read_text(encoding="utf-8"))
    found = {one["connector"]: one for one in settings["connections"].values()}
    return {
        name: int(str(found[name][key]).rstrip("/").rpartition(":")[2])
        for name, key in _ADDRESS.items()
        if name in found
    }


def configure(cli: Cli, sandboxes: "Mapping[str, RunningSandbox]") -> None:
    """Write the configuration as ``init`` would: with meanings proposed from the sandbox's own lists.

    Args:
        cli: Knows where to.
        sandboxes: What is connected, by id of the connector.
    """
    from servicedesk_core.config.toml_file import Section, render, write_settings  # noqa: PLC0415
    from servicedesk_core.machine import setup  # noqa: PLC0415
    from servicedesk_core.machine.discovery import discover  # noqa: PLC0415

    makers = [name for name in sandboxes if name in MAKERS]
    desk = {"name": "Demo desk", "timezone": setup.local_timezone(), "store": "sqlite:///servicedesk.db"}
    psa = _connection(PSA, sandboxes[PSA], history_requests=HISTORY_REQUESTS)
    found = cli.run(lambda: discover(desk, "psa", psa, redactor=cli.redactor, directory=cli.config.absolute().parent))
    psa["writes"] = ["tickets.update", *(["notes.create_internal"] if makers else [])]
    text = setup.render_settings(
        desk=desk, name="psa", connection=psa, words=found.words, comment=f"The sandbox on this machine. {NOT_REAL}"
    )
    about = "Who is told when a promise is at stake. On a real desk mail, or a place to chat."
    sections = [Section(("alerts", "channels", watching.CHANNEL), {"kind": "file", "path": watching.FILE}, about)]
    if makers:
        comment = "Each step of a claim leaves an internal note on its ticket."
        sections.append(Section(("claims",), {"ticket_notes": "send"}, comment))
    for name in (name for name in sandboxes if name in OTHERS):
        values = _connection(name, sandboxes[name], writes=list(_GRANTS[name]), **_MORE.get(name, {}))
        about = f"The sandbox of {OTHERS[name]}. {NOT_REAL}\n{_ABOUT[name]}"
        sections.append(Section(("connections", _NAMES.get(name, name)), values, about))
    write_settings(cli.config, text + "\n" + render(tuple(sections)))
    found.count()


def _connection(name: str, sandbox: "RunningSandbox", **more: Any) -> dict[str, Any]:
    return {
        "connector": name,
        "environment": "sandbox",
        _ADDRESS[name]: sandbox.url,
        **sandbox.credentials,
        **more,
    }
