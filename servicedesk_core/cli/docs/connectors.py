"""What each installed connector reads, as it says itself."""

from contextlib import suppress
from functools import cache
from pathlib import Path

from servicedesk_core.cli.docs.docstring import table
from servicedesk_core.domain.billing import TaxRounding
from servicedesk_core.errors import PluginError
from servicedesk_core.hooks import Capabilities, Support
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.machine.requirements import described_by
from servicedesk_core.plugins import PluginCatalog
from servicedesk_core.wording import counted

_TAX = {
    TaxRounding.LINE: "Tax is rounded line by line.",
    TaxRounding.DOCUMENT: "Tax is rounded once a document and rate.",
    TaxRounding.UNKNOWN: "Only the vendor can say what the tax is.",
}
_SUPPORT = {Support.FULL: "yes", Support.NOT_BUILT: "not yet", Support.VENDOR_CANNOT: "the vendor cannot"}


def loaded() -> dict[str, type[AnyConnector]]:
    """Return the installed connectors that can be loaded, by name."""
    catalog, found = PluginCatalog.of(None), {}
    for name in sorted(catalog.connector_ids()):
        with suppress(PluginError):  # "servicedesk plugins list" says what is wrong with it
            found[name] = catalog.connector(name, directory=Path()).connector
    return found


def described() -> dict[str, Capabilities | None]:
    """Return what each installed connector says about itself; ``None`` where that depends on its settings."""
    return {name: _capabilities(connector) for name, connector in loaded().items()}


def _capabilities(connector: type[AnyConnector]) -> Capabilities | None:
    try:
        return described_by(connector)
    except PluginError:
        return None


@cache
def page() -> str:
    """Return the page."""
    text = (
        "# Streams of each connector\n\nMade from what the installed connectors say about themselves. *Stamp*: the "
        "vendor keeps a time of the last change, so a later sync asks only for what changed; a stream without one is "
        "read as a whole on a slower schedule. *Page*: most records in one request. *By id*: most records that one "
        "request can name. *Right*: what the account must be allowed to see; without it the stream looks empty.\n"
    )
    for name, capabilities in described().items():
        if capabilities is None:
            text += f"\n## `{name}`\n\nWhich streams it reads depends on its settings: one for each file you declare.\n"
            continue
        text += f"\n## `{name}`: {capabilities.vendor}\n\n"
        if capabilities.documentation:
            text += f"Documentation: <{capabilities.documentation}>\n\n"
        text += "**Access**\n\n" + "".join(f"1. {line}\n" for line in capabilities.access)
        if capabilities.lead_time:
            approved_by = (capabilities.approved_by or "unknown").rstrip(".")
            text += f"\nApproved by: {approved_by}. Lead time: {capabilities.lead_time.rstrip('.')}.\n"
        text += "\n**Reads**\n\n"
        columns = ("stream", "read", "the vendor's entities", "stamp", "page", "by id", "right")
        rows = [
            (
                f"[`{one.stream}`](streams.md#{one.stream})",
                _SUPPORT[one.support],
                ", ".join(one.vendor_entities),
                "yes" if one.has_stamp else "no",
                f"{one.page_size:,}",
                f"{one.ids_per_request:,}",
                one.right,
            )
            for one in capabilities.streams
        ]
        writes = ", ".join(f"`{write.kind}`" for write in capabilities.writes) or "Nothing."
        text += (table(columns, rows) if rows else "No streams.\n") + _cover(capabilities) + _calls(capabilities)
        text += f"\n**Writes**\n\n{writes}\n{_books(capabilities)}"
    return text


def _calls(capabilities: Capabilities) -> str:
    """Return what a vendor can call about."""
    webhooks = capabilities.webhooks
    if webhooks is None:
        return ""
    streams = ", ".join(f"`{stream}`" for stream in webhooks.streams)
    return f"\n**Is called about**\n\n{streams}. {webhooks.right}\n"


def _books(capabilities: Capabilities) -> str:
    """Return how a ledger takes documents."""
    ledger = capabilities.billing
    if ledger is None:
        return ""
    decimals, lines = counted(ledger.unit_price_decimals, "decimal"), counted(ledger.max_lines, "line")
    said = [
        _TAX[ledger.tax_rounding],
        f"A unit price has up to {decimals}, and a document up to {lines}.",
        "It keeps drafts." if ledger.has_drafts else "It has no drafts: what is written is booked.",
    ]
    if ledger.numbers_itself:
        said.append("It gives numbers of its own, and keeps ours as the reference.")
    return "\n**Documents in the books**\n\n" + " ".join(said) + "\n"


def _cover(capabilities: Capabilities) -> str:
    """Return what a manufacturer's connector says about looking up."""
    warranty = capabilities.warranty
    if warranty is None:
        return ""
    many = "one device" if warranty.devices_per_request == 1 else f"up to {warranty.devices_per_request:,} devices"
    wants = ", ".join(f"`{field}`" for field in warranty.wants)
    return (
        f"\n**Looks up cover**\n\nAsks for {many} in a request, with up to {warranty.parallel} requests at once."
        + (f" Without {wants} an answer may be ambiguous." if wants else "")
        + "\n"
    )
