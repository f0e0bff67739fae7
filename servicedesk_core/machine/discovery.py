"""Asks a tenant for its own words before there is a desk."""

import asyncio
import logging
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servicedesk_core.clock import SystemClock
from servicedesk_core.config import DEFAULT_FILE, DeskSettings, Secrets, parse_settings, sqlite_url, store_url
from servicedesk_core.desk import ServiceDesk
from servicedesk_core.errors import SecretError, StoreError
from servicedesk_core.plugins.vocabulary import Vocabulary
from servicedesk_core.redaction import Redactor
from servicedesk_core.store import Store
from servicedesk_core.store.budgets import quota

_log = logging.getLogger("servicedesk.machine")


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a tenant said of itself.

    Attributes:
        words: Its words, with their probable meaning.
        settings: The configuration that it was asked with.
        sent: The requests that this took.
    """

    words: Vocabulary
    settings: DeskSettings
    sent: Sequence[quota.Spent]

    def count(self) -> None:
        """Have the desk count the requests as its own, once it was decided that there will be one."""
        if not self.sent:
            return
        try:
            url = store_url(self.settings, Secrets(directory=self.settings.directory))
            with Store.open(url, clock=SystemClock()) as store:
                store.write_blocking(lambda tx: quota.add(tx, self.sent))
        except (StoreError, SecretError) as error:  # what is wrong with the store is told by whoever needs it
            _log.info("the requests of the setup count as those of others for now: %s", error.code)


async def discover(
    desk: Mapping[str, Any],
    name: str,
    options: Mapping[str, Any],
    *,
    redactor: Redactor,
    directory: Path,
    network: Mapping[str, Any] | None = None,
) -> Discovery:
    """Return a tenant's words with their probable meaning. Only reads at the vendor, and keeps nothing.

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
    return Discovery(words, settings, sent)
