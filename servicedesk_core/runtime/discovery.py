"""Asks a tenant for its own words before there is a desk."""

import asyncio
import logging
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from servicedesk_core.clock import SystemClock
from servicedesk_core.config import DEFAULT_FILE, DeskSettings, Secrets, parse_settings, sqlite_url, store_url
from servicedesk_core.errors import StoreError
from servicedesk_core.redaction import Redactor
from servicedesk_core.runtime.desk import ServiceDesk
from servicedesk_core.runtime.machine.setup import Vocabulary
from servicedesk_core.store import Store
from servicedesk_core.store.budgets import quota

_log = logging.getLogger("servicedesk.runtime")


async def discover(
    desk: Mapping[str, Any],
    name: str,
    options: Mapping[str, Any],
    *,
    redactor: Redactor,
    directory: Path,
    network: Mapping[str, Any] | None = None,
) -> Vocabulary:
    """Return a tenant's words with their probable meaning. Only reads at the vendor.

    Nothing is kept but how many requests that took: the desk that is being made counts them as its own.

    Args:
        desk: The keys of ``[desk]``.
        name: Name of the connection.
        options: The keys of ``[connections.NAME]``.
        redactor: Learns the secrets.
        directory: Where relative paths of the configuration start.
        network: The keys of ``[network]``.

    Raises:
        ConfigurationError: The settings or secrets are wrong, or the plugin cannot be used.
        ConnectorError: The vendor cannot be asked.
    """
    tables = {"desk": desk, "network": network or {}, "connections": {name: options}}
    settings = parse_settings(tables, path=directory / DEFAULT_FILE)
    with tempfile.TemporaryDirectory(prefix="servicedesk-") as folder:
        store = await asyncio.to_thread(Store.open, sqlite_url(Path(folder, "discovery.db")), clock=SystemClock())
        with store:
            async with ServiceDesk(settings, store=store, redactor=redactor) as opened:
                words = await opened.vocabulary(name)
            sent = await store.read(quota.spent)
    if sent:
        await asyncio.to_thread(_count, settings, sent)
    return words


def _count(settings: DeskSettings, sent: Sequence[quota.Spent]) -> None:
    url = store_url(settings, Secrets(directory=settings.directory))
    try:
        with Store.open(url, clock=SystemClock()) as store:
            store.write_blocking(lambda tx: quota.add(tx, sent))
    except StoreError as error:  # what is wrong with the store is told by whoever needs it
        _log.info("the requests of the setup count as those of others for now: %s", error.code)
